using Microsoft.Extensions.Logging;

namespace Gatehouse.Http;

/// <summary>Events 1000–1099.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(1000, LogLevel.Error, "Request {TraceId} failed.", EventName = "RequestFailed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string traceId);

    [LoggerMessage(1001, LogLevel.Warning, "A store is unavailable; answered 503.", EventName = "StoreUnavailable")]
    public static partial void StoreUnavailable(this ILogger logger, Exception exception);
}
