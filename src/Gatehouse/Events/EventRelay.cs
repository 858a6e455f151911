using Gatehouse.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Events;

/// <summary>
/// Tells the application's listeners what happened: claims one delivery, tells it to each, deletes it when none objected.
/// Killed at any point it loses nothing and may tell something twice. A listener that throws or hangs holds up its own
/// delivery, not the others for longer than <see cref="Patience"/>.
/// </summary>
internal sealed class EventRelay(
    Database database, EventDeliveries deliveries, IServiceScopeFactory scopes, TimeProvider clock, ILogger<EventRelay> log)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // for all listeners of one delivery together
    private static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(1); // longer than that, so that nobody else begins
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1); // a broken listener is mended within a working day

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!deliveries.AreHeard)
            return;
        await Rounds.RunAsync(LookEvery, clock, TryDeliverAsync, stoppingToken); // what is claimed then falls due again
    }

    /// <summary>Tells what is due now; returns how many deliveries it took on.</summary>
    public async Task<int> DeliverDueAsync(CancellationToken cancellationToken)
    {
        var handled = 0;
        while (await ClaimNextAsync(cancellationToken) is { } delivery)
        {
            handled++;
            try
            {
                await TellAllAsync(delivery, cancellationToken);
            }
#pragma warning disable CA1031 // whatever a listener throws, the next delivery has nothing to do with it
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                await DeferAsync(delivery, exception);
                continue;
            }
            // They have been told: that is written down even while we are stopping.
            await database.TransactAsync(db => EventDeliveries.DeleteAsync(db, delivery.Id), CancellationToken.None);
        }
        return handled;
    }

    private async Task TryDeliverAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DeliverDueAsync(cancellationToken);
        }
#pragma warning disable CA1031 // the relay must outlive whatever one round meets (GH-SEC-249)
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.EventRelayFailed(exception);
        }
    }

    private async Task<EventDelivery?> ClaimNextAsync(CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        if (await database.ReadAsync(EventDeliveries.NextDueAsync, cancellationToken) is not { } due || due > now)
            return null;
        return await database.TransactAsync(
            db => EventDeliveries.ClaimAsync(db, now, now + UnixMicros.Of(ClaimFor)), cancellationToken);
    }

    private async Task TellAllAsync(EventDelivery delivery, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        foreach (var listener in scope.ServiceProvider.GetServices<IGatehouseListener>())
            await delivery.TellAsync(listener, limit.Token).WaitAsync(limit.Token); // also one that ignores its token
    }

    /// <summary>Later again, or never when it has been tried long enough.</summary>
    private async Task DeferAsync(EventDelivery delivery, Exception exception)
    {
        var now = clock.NowMicros();
        if (now - delivery.CreatedAt > UnixMicros.Of(GiveUpAfter))
        {
            await database.TransactAsync(db => EventDeliveries.BuryAsync(db, delivery.Id, now), CancellationToken.None);
            log.EventGivenUp(exception, delivery.Id, delivery.Type, delivery.Tries);
            return;
        }
        var dueAt = now + UnixMicros.Of(BackOff(delivery.Tries));
        await database.TransactAsync(db => EventDeliveries.PostponeAsync(db, delivery.Id, dueAt), CancellationToken.None);
        log.EventDeferred(exception, delivery.Id, delivery.Type, delivery.Tries);
    }

    private static TimeSpan BackOff(long tries)
    {
        var wait = FirstRetry * Math.Pow(2, Math.Min(tries - 1, 10));
        return wait > LongestRetry ? LongestRetry : wait;
    }
}
