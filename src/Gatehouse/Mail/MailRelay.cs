using Gatehouse.Configuration;
using Gatehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Mail;

/// <summary>
/// Empties the outbox where there is no broker: claims what is due, one at a time, and has it delivered. Killed at any
/// point it loses nothing.
/// </summary>
internal sealed class MailRelay(
    Database database, Outbox outbox, MailDelivery delivery, GatehouseSettings settings, TimeProvider clock,
    ILogger<MailRelay> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(10); // longer than the slowest delivery takes
    private static readonly TimeSpan ClaimForKeeping = TimeSpan.FromSeconds(15); // the dev mailbox is no further than the database

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var released = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!released && database.Kind == "sqlite")
                    await database.TransactAsync(db => Outbox.ReleaseAllAsync(db, clock.NowMicros()), stoppingToken);
                released = true;
                await SendDueAsync(stoppingToken);
                await outbox.WaitForNewsAsync(LookEvery, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // the relay must outlive whatever one round meets (GH-SEC-249)
            catch (Exception exception)
#pragma warning restore CA1031
            {
                log.RelayFailed(exception);
                await Task.Delay(LookEvery, CancellationToken.None);
            }
        }
    }

    /// <summary>Sends what is due now; returns how many mails it took on.</summary>
    public async Task<int> SendDueAsync(CancellationToken cancellationToken)
    {
        await using var client = delivery.NewClient();
        var handled = 0;
        while (await ClaimNextAsync(cancellationToken) is { } mail)
        {
            handled++;
            if (await delivery.DeliverAsync(client, mail, cancellationToken) is Delivered.Deferred)
                break; // perhaps the server is down: the others needn't wait for the same timeout, one after the other
        }
        return handled;
    }

    /// <summary>One at a time, so that a claim never runs out while others before it are being sent.</summary>
    private async Task<OutboxMail?> ClaimNextAsync(CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        if (await database.ReadAsync(Outbox.NextDueAsync, cancellationToken) is not { } due || due > now)
            return null;
        var length = settings.Mail.Smtp is null ? ClaimForKeeping : ClaimFor;
        var claimed = await database.TransactAsync(
            db => Outbox.ClaimAsync(db, now, now + UnixMicros.Of(length), most: 1), cancellationToken);
        return claimed.Count > 0 ? claimed[0] : null;
    }
}
