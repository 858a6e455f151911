using System.Net.Sockets;
using System.Security.Authentication;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Gatehouse.Mail.Broker;

/// <summary>
/// What is wrong with a broker, in words that name what to mend and repeat no value of the setting. The client's own
/// messages are not used: they quote the broker, and it quotes user and virtual host.
/// </summary>
/// <param name="IsFinal">Waiting won't mend it.</param>
internal sealed record BrokerFault(string Words, bool IsFinal)
{
    public static readonly Version Oldest = new(3, 10);

    /// <summary>Null for what isn't the broker's doing.</summary>
    public static BrokerFault? Of(Exception exception) =>
        Chain(exception).Select(OfOne).OfType<BrokerFault>().OrderByDescending(fault => fault.IsFinal).FirstOrDefault();

    private static BrokerFault? OfOne(Exception exception) => exception switch
    {
        AuthenticationFailureException or PossibleAuthenticationFailureException => new(
            "the broker refuses the user or the password", true),
        OperationInterruptedException interrupted => OfCode(interrupted.ShutdownReason?.ReplyCode),
        AuthenticationException => new("the broker has no TLS at this port, or a certificate that is not good for this host", true),
        BrokerTooOldException => new($"the broker is older than RabbitMQ {Oldest}", true),
        SocketException or IOException or TimeoutException or OperationCanceledException or RabbitMQClientException => Unreachable,
        _ => null,
    };

    private static BrokerFault Unreachable { get; } = new("the broker can't be reached, or doesn't answer", false);

    private static BrokerFault OfCode(ushort? code) => code switch
    {
        Constants.AccessRefused => new(
            "the broker's user lacks the right to use the virtual host, or to configure, write and read the queues", true),
        Constants.NotAllowed => new("there is no such virtual host, or the user may not use it", true),
        Constants.PreconditionFailed => new("a queue of that name is there with other arguments: delete it, "
            + "or choose another name with Gatehouse:Mail:Queue", true),
        Constants.NotImplemented or Constants.InternalError => new("the broker has no quorum queues", true),
        _ => Unreachable,
    };

    private static IEnumerable<Exception> Chain(Exception exception) =>
        (exception as AggregateException)?.InnerExceptions.SelectMany(Chain)
        ?? (exception.InnerException is { } inner ? Chain(inner).Prepend(exception) : [exception]);
}

internal sealed class BrokerTooOldException : Exception;
