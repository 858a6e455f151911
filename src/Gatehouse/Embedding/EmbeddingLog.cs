using Microsoft.Extensions.Logging;

namespace Gatehouse.Embedding;

/// <summary>Events 1800–1899.</summary>
internal static partial class EmbeddingLog
{
    [LoggerMessage(1800, LogLevel.Warning,
        "A store is unavailable, so nobody can tell who is calling; guarded endpoints answer 503.",
        EventName = "CallerUnknown")]
    public static partial void CallerUnknown(this ILogger logger, Exception exception);
}
