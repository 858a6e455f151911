using Microsoft.Extensions.Logging;

namespace Gatehouse.Http;

/// <summary>Events 1000–1099.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(1000, LogLevel.Error, "Request {TraceId} failed.", EventName = "RequestFailed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string traceId);

    [LoggerMessage(1001, LogLevel.Warning, "A store is unavailable; answered 503.", EventName = "StoreUnavailable")]
    public static partial void StoreUnavailable(this ILogger logger, Exception exception);

    [LoggerMessage(1010, LogLevel.Warning,
        "The shared rate limits don't answer. This node gives 1/{Nodes} of each budget on its own.", EventName = "LimitsFellBack")]
    public static partial void LimitsFellBack(this ILogger logger, Exception exception, int nodes);

    [LoggerMessage(1011, LogLevel.Information, "Rate limits are shared with the other nodes again.", EventName = "LimitsAreShared")]
    public static partial void LimitsAreShared(this ILogger logger);
}
