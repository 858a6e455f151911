using System.Text.Json;
using Gatehouse.Mail.Broker;

namespace Gatehouse.Server.CommandLine;

/// <summary>How many messages nobody could read lie at the broker.</summary>
/// <param name="Queue">Null without a broker.</param>
/// <param name="Count">Null when the broker doesn't tell.</param>
internal sealed record DeadLetters(string? Queue, long? Count)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>A broker that is away is no reason not to list what lies in the outbox.</summary>
    public static async Task<DeadLetters> CountAsync(House house, CancellationToken cancellationToken)
    {
        if (house.Settings.RabbitMq is null)
            return new DeadLetters(null, null);
        var queue = BrokerQueues.DeadOf(house.Settings.Mail.Queue);
        try
        {
            var (_, count) = await house.Get<BrokerConnections>().LookAsync(cancellationToken).WaitAsync(Limit, cancellationToken);
            return new DeadLetters(queue, count?.Dead ?? 0);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && BrokerFault.Of(exception) is not null)
        {
            return new DeadLetters(queue, null);
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        if (Queue is null)
            return;
        json.WritePropertyName("dead_letters");
        if (Count is { } count)
            json.WriteNumberValue(count);
        else
            json.WriteNullValue();
    }

    public void Tell(Terminal terminal)
    {
        if (Queue is null)
            return;
        terminal.Line(Count is { } count
            ? $"{count} dead letters in the queue {Queue}."
            : $"The broker doesn't tell how many dead letters are in the queue {Queue}: gatehouse doctor says why.");
    }
}
