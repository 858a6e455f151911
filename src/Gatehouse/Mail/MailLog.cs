using Gatehouse.Mail.Broker;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Mail;

/// <summary>Events 1100–1199. A mail is named by its id and kind; never by its recipient.</summary>
internal static partial class MailLog
{
    [LoggerMessage(1100, LogLevel.Information,
        "Mail {Id} ({Kind}) was accepted by the mail server.", EventName = "MailSent")]
    public static partial void MailSent(this ILogger logger, string id, string kind);

    [LoggerMessage(1101, LogLevel.Information, "Mail {Id} ({Kind}) is in the dev mailbox.", EventName = "MailKept")]
    public static partial void MailKept(this ILogger logger, string id, string kind);

    [LoggerMessage(1102, LogLevel.Information,
        "Mail {Id} ({Kind}) has nothing to say any more and was dropped.", EventName = "MailDropped")]
    public static partial void MailDropped(this ILogger logger, string id, string kind);

    [LoggerMessage(1103, LogLevel.Warning,
        "Mail {Id} ({Kind}) was deferred after try {Tries}: {Reason}", EventName = "MailDeferred")]
    public static partial void MailDeferred(this ILogger logger, string id, string kind, long tries, string reason);

    [LoggerMessage(1104, LogLevel.Error,
        "Mail {Id} ({Kind}) was refused by the mail server for good ({Code}).", EventName = "MailRejected")]
    public static partial void MailRejected(this ILogger logger, string id, string kind, int code);

    [LoggerMessage(1105, LogLevel.Error,
        "Mail {Id} ({Kind}) was given up after {Tries} tries.", EventName = "MailGivenUp")]
    public static partial void MailGivenUp(this ILogger logger, string id, string kind, long tries);

    [LoggerMessage(1107, LogLevel.Error,
        "Mail {Id} ({Kind}) could not be made at try {Tries}.", EventName = "MailFailed")]
    public static partial void MailFailed(this ILogger logger, Exception exception, string id, string kind, long tries);

    [LoggerMessage(1106, LogLevel.Error, "The mail relay failed and goes on.", EventName = "RelayFailed")]
    public static partial void RelayFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1110, LogLevel.Information, "Connected to RabbitMQ as {Role}.", EventName = "BrokerConnected")]
    public static partial void BrokerConnected(this ILogger logger, string role);

    [LoggerMessage(1111, LogLevel.Warning,
        "Not connected to RabbitMQ as {Role}: {Reason}. It is tried until it is there; mails wait in the outbox.",
        EventName = "BrokerLost")]
    public static partial void BrokerLost(this ILogger logger, string role, string reason);

    [LoggerMessage(1112, LogLevel.Error,
        "The connection to RabbitMQ as {Role} failed and is opened again.", EventName = "BrokerFailed")]
    public static partial void BrokerFailed(this ILogger logger, Exception exception, string role);

    [LoggerMessage(1113, LogLevel.Warning,
        "RabbitMQ did not confirm {Count} messages; their mails are published again.", EventName = "Unconfirmed")]
    public static partial void Unconfirmed(this ILogger logger, int count);

    [LoggerMessage(1114, LogLevel.Error,
        "A message in the mail queue is not one of ours ({Reason}) and was dead-lettered.", EventName = "MessageRefused")]
    public static partial void MessageRefused(this ILogger logger, BrokerMessage.Refusal reason);

    [LoggerMessage(1115, LogLevel.Error,
        "Mail {Id} ({Kind}) could not be made at try {Tries}: its message was dead-lettered.", EventName = "MessageOfNoUse")]
    public static partial void MessageOfNoUse(this ILogger logger, string id, string kind, long tries);

    [LoggerMessage(1116, LogLevel.Error,
        "A message in the mail queue could not be handled and goes back.", EventName = "MessageFailed")]
    public static partial void MessageFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1117, LogLevel.Warning, "{Count} mails wait in the outbox.", EventName = "OutboxIsLong")]
    public static partial void OutboxIsLong(this ILogger logger, long count);

    [LoggerMessage(1118, LogLevel.Warning, "How many mails wait could not be counted.", EventName = "OutboxUnread")]
    public static partial void OutboxUnread(this ILogger logger, Exception exception);
}
