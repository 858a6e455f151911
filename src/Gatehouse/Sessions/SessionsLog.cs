using Microsoft.Extensions.Logging;

namespace Gatehouse.Sessions;

/// <summary>Events 1400–1499.</summary>
internal static partial class SessionsLog
{
    [LoggerMessage(1400, LogLevel.Warning,
        "The log of ended sessions can't be read; every request asks the database until it can.", EventName = "FeedBroken")]
    public static partial void FeedBroken(this ILogger logger, Exception exception);

    [LoggerMessage(1401, LogLevel.Error,
        "The database has forgotten changes of sessions that this node has seen: it was restored, or failed over and lost "
        + "commits, or this node was away for long. Nothing that was remembered is used any more.", EventName = "CommitsLost")]
    public static partial void CommitsLost(this ILogger logger);
}
