using System.Security.Cryptography;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Gatehouse.Mail.Broker;

/// <summary>
/// From the outbox to the broker: names what is due, oldest first, and waits for the broker's word. Promises: a row is the
/// broker's only once it has confirmed, and not for longer than a while; a row whose message got lost there is named again
/// (GH-SEC-279). Never more than a little lies in the queue: the outbox is where mails wait.
/// </summary>
internal sealed class MailPublisher(
    Database database, Outbox outbox, BrokerConnections connections, BrokerMessage message, GatehouseSettings settings,
    TimeProvider clock, ILogger<MailPublisher> log) : BackgroundService
{
    /// <summary>How long a confirmed message may take before its row is named again.</summary>
    public static readonly TimeSpan BrokersTime = TimeSpan.FromMinutes(5);

    private const int Batch = 100;
    private const int MostWaiting = 1_000; // with the slowest workers that is less than the broker's time
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConfirmLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ClaimFor = TimeSpan.FromSeconds(15); // longer than a batch takes to be confirmed

    /// <summary>Before this process's own workers claim anything: that isn't to be released.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReleaseAsync(cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // What was claimed runs out by itself.
        }
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        connections.KeepAsync("publisher", PublishAsync, stoppingToken);

    private async Task PublishAsync(IConnection connection, CancellationToken lost)
    {
        var options = new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(options, lost);
        while (true)
        {
            lost.ThrowIfCancellationRequested();
            try
            {
                if (await PublishDueAsync(channel, lost) < Batch)
                    await outbox.WaitForNewsAsync(LookEvery, lost);
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(LookEvery, lost); // the broker has nothing to do with it
            }
        }
    }

    private async Task<int> PublishDueAsync(IChannel channel, CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(Outbox.NextDueAsync, cancellationToken) is not { } due || due > clock.NowMicros()
            || await channel.MessageCountAsync(settings.Mail.Queue, cancellationToken) >= MostWaiting)
        {
            return 0;
        }
        var now = clock.NowMicros();
        // By the random part of a second the claim is told from those of other nodes.
        var until = now + UnixMicros.Of(ClaimFor) + RandomNumberGenerator.GetInt32(1_000_000);
        var claimed = await database.TransactAsync(
            db => Outbox.ClaimToPublishAsync(db, now, until, Batch), cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConfirmLimit);
        var confirmed = await Task.WhenAll(claimed.Select(mail => TryPublishAsync(channel, mail, limit.Token)));
        await NoteAsync(until, confirmed);
        return claimed.Count;
    }

    /// <summary>False when the broker hasn't said that it has it, for whatever reason. It may have it all the same.</summary>
    private async Task<bool> TryPublishAsync(IChannel channel, NamedMail mail, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties { Persistent = true, MessageId = mail.Id, ContentType = "application/json" };
        try
        {
            await channel.BasicPublishAsync(
                exchange: "", routingKey: settings.Mail.Queue, mandatory: true, properties, message.Write(mail), cancellationToken);
            return true;
        }
        catch (Exception exception) when (BrokerFault.Of(exception) is not null)
        {
            return false;
        }
    }

    /// <summary>
    /// Where one lacks its confirmation all of the batch are named again, soon: a second message does no harm.
    /// </summary>
    /// <exception cref="IOException">One lacks it: the connection is of no more use.</exception>
    private async Task NoteAsync(long claimedUntil, bool[] confirmed)
    {
        var lacking = confirmed.Count(isConfirmed => !isConfirmed);
        var dueAt = clock.NowMicros() + UnixMicros.Of(lacking == 0 ? BrokersTime : LookEvery);
        // Also while stopping: what isn't written down would be named twice, or late.
        await database.TransactAsync(db => Outbox.MoveClaimedAsync(db, claimedUntil, dueAt), CancellationToken.None);
        GatehouseMeter.MessagesHandled("confirmed", confirmed.Length - lacking);
        if (lacking == 0)
            return;
        GatehouseMeter.MessagesHandled("unconfirmed", lacking);
        log.Unconfirmed(lacking);
        throw new IOException("The broker didn't confirm.");
    }

    /// <summary>On SQLite there is one node: what it had claimed when it was killed is due at once.</summary>
    private async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (database.Kind == "sqlite")
            await database.TransactAsync(db => Outbox.ReleaseAllAsync(db, clock.NowMicros()), cancellationToken);
    }
}
