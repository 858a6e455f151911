using Microsoft.Extensions.Logging;

namespace Gatehouse.Events;

/// <summary>Events 1900–1999. What a listener threw is its author's to read, and is logged as it is.</summary>
internal static partial class EventsLog
{
    [LoggerMessage(1900, LogLevel.Warning,
        "A listener failed on event {Id} ({Type}) at try {Tries}; it will be told again.", EventName = "EventDeferred")]
    public static partial void EventDeferred(this ILogger logger, Exception exception, string id, string type, long tries);

    [LoggerMessage(1901, LogLevel.Error,
        "Event {Id} ({Type}) was given up after {Tries} tries: a listener kept failing.", EventName = "EventGivenUp")]
    public static partial void EventGivenUp(this ILogger logger, Exception exception, string id, string type, long tries);

    [LoggerMessage(1902, LogLevel.Error, "The event relay failed and goes on.", EventName = "EventRelayFailed")]
    public static partial void EventRelayFailed(this ILogger logger, Exception exception);
}
