using System.Threading.Channels;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Mail.Smtp;
using Gatehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Gatehouse.Mail.Broker;

/// <summary>
/// From the broker to the mail server: as many at once as <c>Mail:Workers</c> says. Promises: a message is acknowledged
/// only when what became of its mail is written down (GH-SEC-281); one that isn't ours is dead-lettered and holds up no
/// other (GH-SEC-283). A worker outlives the connection its message came by.
/// </summary>
internal sealed class MailWorkers(
    Database database, BrokerConnections connections, BrokerMessage message, MailDelivery delivery,
    GatehouseSettings settings, TimeProvider clock, ILogger<MailWorkers> log) : BackgroundService
{
    private const long MostTries = 3; // of a mail that can't be made, before its message is dead-lettered
    private static readonly TimeSpan TakeFor = TimeSpan.FromSeconds(20); // what a killed worker had waits so long
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1); // keeps a mail server's connection for the next mail
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8); // GH-SEC-310: 10 s with what is around it
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    // Holds no more than the broker gives unacknowledged: one for each worker.
    private readonly Channel<Delivery> deliveries = Channel.CreateUnbounded<Delivery>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Mail.Workers == 0)
            return;
        await Task.Yield();
        using var abandon = new CancellationTokenSource();
        var workers = Enumerable.Range(0, settings.Mail.Workers).Select(_ => WorkAsync(stoppingToken, abandon.Token)).ToArray();
        await connections.KeepAsync("workers", async (connection, lost) =>
        {
            await ConsumeAsync(connection, lost);
            if (stoppingToken.IsCancellationRequested)
                await FinishAsync(workers, abandon);
        }, stoppingToken);
        await FinishAsync(workers, abandon); // where there was no connection to stop by
    }

    private async Task ConsumeAsync(IConnection connection, CancellationToken lost)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: lost); // lives as long as its connection
        await channel.BasicQosAsync(0, (ushort)settings.Mail.Workers, global: false, lost);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, received) => await deliveries.Writer.WriteAsync(
            new Delivery(channel, received.DeliveryTag, received.Body.ToArray()), CancellationToken.None);
        consumer.UnregisteredAsync += (_, _) => Task.FromResult(gone.TrySetResult()); // the queue was deleted
        channel.ChannelShutdownAsync += (_, _) => Task.FromResult(gone.TrySetResult());
        var tag = await channel.BasicConsumeAsync(settings.Mail.Queue, autoAck: false, consumer, lost);
        await gone.Task.WaitAsync(lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (channel.IsOpen)
            await channel.BasicCancelAsync(tag, noWait: true, CancellationToken.None);
    }

    /// <summary>Lets every worker end the mail it is at; those that need too long are given up, and sent by another node.</summary>
    private async Task FinishAsync(Task[] workers, CancellationTokenSource abandon)
    {
        deliveries.Writer.TryComplete();
        abandon.CancelAfter(StopLimit);
        await Task.WhenAll(workers);
    }

    private async Task WorkAsync(CancellationToken stopping, CancellationToken abandon)
    {
        while (await deliveries.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await using var client = delivery.NewClient();
            do
            {
                // What is left when we stop isn't acknowledged: the broker gives it to another node.
                if (deliveries.Reader.TryRead(out var received) && !stopping.IsCancellationRequested)
                    await HandleAsync(client, received, abandon);
            }
            while (await MoreAsync(stopping));
        }
    }

    private async Task<bool> MoreAsync(CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(Linger);
        try
        {
            return await deliveries.Reader.WaitToReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task HandleAsync(SmtpClient? client, Delivery received, CancellationToken abandon)
    {
        try
        {
            if (message.Read(received.Body, out var refusal) is not { } named)
            {
                log.MessageRefused(refusal);
                await BuryAsync(received);
                return;
            }
            if (await TakeAsync(named, abandon) is not { } mail)
            {
                await AcknowledgeAsync(received); // sent already, or another has it: if that one dies, the row is named again
                return;
            }
            var became = await DeliverAsync(client, mail, abandon);
            if (became is Delivered.Failed && mail.Tries >= MostTries)
            {
                log.MessageOfNoUse(mail.Id, mail.Kind, mail.Tries);
                await BuryAsync(received);
                return;
            }
            await AcknowledgeAsync(received);
            if (became is Delivered.Deferred)
                await Task.Delay(Pause, abandon); // perhaps the mail server is down
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // Stopping: not acknowledged, so another node gets it.
        }
#pragma warning disable CA1031 // whatever it is about this message, the next one has nothing to do with it (GH-SEC-283)
        catch (Exception exception)
#pragma warning restore CA1031
        {
            log.MessageFailed(exception);
            await Task.Delay(Pause, CancellationToken.None);
            await AnswerAsync(received, (channel, token) => channel.BasicNackAsync(received.Tag, multiple: false, requeue: true, token));
        }
    }

    /// <summary>The row for sending, once the database is there.</summary>
    private async Task<OutboxMail?> TakeAsync(NamedMail named, CancellationToken abandon)
    {
        while (true)
        {
            try
            {
                var now = clock.NowMicros();
                return await database.TransactAsync(
                    db => Outbox.TakeAsync(db, named, now, now + UnixMicros.Of(TakeFor)), abandon);
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(Pause, abandon);
            }
        }
    }

    private async Task<Delivered> DeliverAsync(SmtpClient? client, OutboxMail mail, CancellationToken abandon)
    {
        using var done = new CancellationTokenSource();
        using var ours = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        var renewing = RenewAsync(mail, ours, done.Token);
        try
        {
            return await delivery.DeliverAsync(client, mail, ours.Token);
        }
        finally
        {
            await done.CancelAsync();
            await renewing;
        }
    }

    /// <summary>
    /// A mail server may take minutes, and a claim that long would make a killed worker's mails wait. One that has become
    /// somebody else's is dropped.
    /// </summary>
    private async Task RenewAsync(OutboxMail mail, CancellationTokenSource ours, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(RenewEvery, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!done.IsCancellationRequested)
                {
                    var until = clock.NowMicros() + UnixMicros.Of(TakeFor);
                    if (!await database.TransactAsync(db => Outbox.RenewAsync(db, mail, until), CancellationToken.None))
                        await ours.CancelAsync();
                }
            }
#pragma warning disable CA1031 // the next round tries again; the delivery itself meets what is wrong, and tells
            catch (Exception)
#pragma warning restore CA1031
            {
                // Perhaps the database is away from everybody, perhaps from this node alone.
            }
        }
    }

    private static Task AcknowledgeAsync(Delivery received) =>
        AnswerAsync(received, (channel, token) => channel.BasicAckAsync(received.Tag, multiple: false, token));

    private static async Task BuryAsync(Delivery received)
    {
        GatehouseMeter.MessagesHandled("dead", 1);
        await AnswerAsync(received, (channel, token) => channel.BasicRejectAsync(received.Tag, requeue: false, token));
    }

    /// <summary>By a connection that was lost meanwhile nothing is answered: the message comes again, and finds its row gone.</summary>
    private static async Task AnswerAsync(Delivery received, Func<IChannel, CancellationToken, ValueTask> answer)
    {
        using var limit = new CancellationTokenSource(AnswerLimit);
        try
        {
            if (received.Channel.IsOpen)
                await answer(received.Channel, limit.Token);
        }
#pragma warning disable CA1031 // a worker outlives the connection that it was answering by
        catch (Exception)
#pragma warning restore CA1031
        {
            // lost in this moment
        }
    }

    private sealed record Delivery(IChannel Channel, ulong Tag, byte[] Body);
}
