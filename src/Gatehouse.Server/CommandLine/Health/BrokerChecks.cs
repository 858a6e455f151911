using Gatehouse.Mail.Broker;

namespace Gatehouse.Server.CommandLine.Health;

/// <summary>RabbitMQ: there, ours to use, and without dead letters. Makes no queue.</summary>
internal static class BrokerChecks
{
    private const string Name = "broker";

    public static async Task<IReadOnlyList<Check>> ExamineAsync(Patient patient, CancellationToken cancellationToken)
    {
        if (patient.HasFault("RabbitMq") || patient.HasFault("Secrets"))
            return [Check.Skipped(Name, "see settings")];
        if (patient.Settings.RabbitMq is not { } broker)
            return [Check.Ok(Name, "none: mails are sent from the outbox")];
        const string Advice = "check Gatehouse:RabbitMq, and that the broker runs";
        var reached = await Check.ExamineAsync(Name, Advice, async token =>
        {
            try
            {
                var (version, count) = await patient.House.Get<BrokerConnections>().LookAsync(token);
                return Reached($"{broker}, RabbitMQ {version}", count, patient.Settings.Mail.Queue);
            }
            catch (Exception exception) when (BrokerFault.Of(exception) is { } fault && !token.IsCancellationRequested)
            {
                return Check.Mend(Name, $"{broker}: {fault.Words}", Advice);
            }
        }, cancellationToken);
        return [reached, Transport(broker)];
    }

    private static Check Reached(string broker, BrokerCount? count, string queue) => count switch
    {
        null => Check.Ok(Name, $"{broker} answers", $"the server's first start makes the queue {queue}"),
        { Dead: > 0 } => Check.Mend(Name, $"{broker}: {count.Dead} dead letters in {BrokerQueues.DeadOf(queue)}",
            "docs/operating.md tells what they are, and how to be rid of them"),
        _ => Check.Ok(Name, $"{broker} answers; {count.Waiting} messages wait"),
    };

    private static Check Transport(BrokerSettings broker) => broker.IsExposed
        ? Check.Mend("broker_tls", "the way to the broker is not encrypted", "use an amqps:// URL in Gatehouse:RabbitMq")
        : Check.Ok("broker_tls", "on this machine, or encrypted");
}
