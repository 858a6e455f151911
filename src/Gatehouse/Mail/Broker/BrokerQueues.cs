using RabbitMQ.Client;

namespace Gatehouse.Mail.Broker;

/// <summary>
/// The queue and what becomes of messages that are not ours. Both are durable quorum queues: a message that was confirmed
/// lies on the disks of a majority. Declared at every connect, so that an emptied broker has them back.
/// </summary>
internal static class BrokerQueues
{
    // A message that comes back this often takes a worker down with it each time. Nothing is sent back on purpose but by
    // a node that stops; the mails themselves are put off in the outbox.
    private const int MostReturns = 20;

    private const int MostDead = 10_000; // what nobody looks at must not fill the disk; the oldest go

    public static string DeadOf(string queue) => queue + ".dead";

    public static async Task DeclareAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        Dictionary<string, object?> dead = new(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            ["x-max-length"] = MostDead,
        };
        Dictionary<string, object?> living = new(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = MostReturns,
            ["x-dead-letter-exchange"] = "", // the default one: it leads to the queue of that name
            ["x-dead-letter-routing-key"] = DeadOf(queue),
        };
        await channel.QueueDeclareAsync(
            DeadOf(queue), durable: true, exclusive: false, autoDelete: false, dead, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false, living, cancellationToken: cancellationToken);
    }

    /// <summary>Looks and makes nothing; null where a queue isn't there.</summary>
    public static async Task<BrokerCount?> CountAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return new BrokerCount(
                await channel.MessageCountAsync(queue, cancellationToken),
                await channel.MessageCountAsync(DeadOf(queue), cancellationToken));
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException exception)
            when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }
}

/// <param name="Waiting">Messages that no worker has yet.</param>
/// <param name="Dead">Messages that nobody could read.</param>
internal sealed record BrokerCount(long Waiting, long Dead);
