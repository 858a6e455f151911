using Gatehouse.Http;
using Gatehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Mail;

/// <summary>
/// Tells how many mails wait. Nothing but the disk bounds the outbox, because a bound would refuse sign-ups while a mail
/// server or a broker is away (GH-SEC-292, 295); so somebody must hear of it in time.
/// </summary>
internal sealed class OutboxWatch(Database database, TimeProvider clock, ILogger<OutboxWatch> log) : BackgroundService
{
    /// <summary>From here on an operator is told.</summary>
    public const long Long = 10_000;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private bool told;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(LookEvery, clock, LookAsync, stoppingToken);

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var count = await database.ReadAsync(Outbox.CountAsync, cancellationToken);
            var waiting = count.Total - count.Dead;
            GatehouseMeter.OutboxHas(waiting);
            if (waiting >= Long && !told)
                log.OutboxIsLong(waiting);
            told = waiting >= (told ? Long / 2 : Long); // said once, and again only after it was better
        }
#pragma warning disable CA1031 // a failed look must not end the ones after it (GH-SEC-249)
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.OutboxUnread(exception);
        }
    }
}
