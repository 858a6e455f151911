using Gatehouse.Security;
using Gatehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Hosting;

/// <summary>
/// Tells that this node is alive, by a lease that it renews and gives back when it stops. No request waits for it: by the
/// number of nodes one that is alone takes its share of the limits, the operator asks how many there are, and <c>move</c>
/// whether there are any.
/// </summary>
internal sealed class Heartbeat(Database database, TimeProvider clock, ILogger<Heartbeat> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AliveFor = TimeSpan.FromSeconds(30); // two beats may be missed
    private readonly string node = Ids.New(clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Rounds.RunAsync(Every, clock, stopping => TryAsync(db => Leases.BeatAsync(db, node, clock.NowMicros(), AliveFor), stopping), stoppingToken);
        await TryAsync(db => Leases.EndAsync(db, node), CancellationToken.None);
    }

    private async Task TryAsync(Func<Db, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            await database.TransactAsync(write, cancellationToken);
        }
#pragma warning disable CA1031 // a beat that failed must not end the ones after it (GH-SEC-249)
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.HeartbeatFailed(exception);
        }
    }
}
