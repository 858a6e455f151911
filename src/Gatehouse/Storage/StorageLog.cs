using Microsoft.Extensions.Logging;

namespace Gatehouse.Storage;

/// <summary>Events 1500–1599.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(1500, LogLevel.Warning,
        "Redis doesn't answer. Sessions are read from the database, limits are counted more strictly on each node, until it is back.",
        EventName = "RedisGone")]
    public static partial void RedisGone(this ILogger logger);

    [LoggerMessage(1501, LogLevel.Information, "Redis is back.", EventName = "RedisBack")]
    public static partial void RedisBack(this ILogger logger);
}
