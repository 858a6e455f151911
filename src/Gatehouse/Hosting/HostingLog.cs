using Microsoft.Extensions.Logging;

namespace Gatehouse.Hosting;

/// <summary>Events 1200–1299.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1200, LogLevel.Information, "Migrated the database: {Step}.", EventName = "Migrated")]
    public static partial void Migrated(this ILogger logger, string step);

    [LoggerMessage(1201, LogLevel.Information,
        "Gatehouse is ready on {Database}; customers see {PublicUrl}; mails go to {Mail}.", EventName = "Ready")]
    public static partial void Ready(this ILogger logger, string database, string publicUrl, string mail);

    [LoggerMessage(1202, LogLevel.Information,
        "Purged {Accounts} sign-ups that were never verified.", EventName = "Purged")]
    public static partial void Purged(this ILogger logger, int accounts);

    [LoggerMessage(1203, LogLevel.Warning,
        "Housekeeping failed and will be tried again.", EventName = "HousekeepingFailed")]
    public static partial void HousekeepingFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1204, LogLevel.Warning,
        "This node could not tell the others that it is alive; it goes on and tries again.", EventName = "HeartbeatFailed")]
    public static partial void HeartbeatFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1205, LogLevel.Information,
        "Told to stop: serving for {Length} more, so that balancers send nobody here any longer.", EventName = "Draining")]
    public static partial void Draining(this ILogger logger, TimeSpan length);

    [LoggerMessage(1210, LogLevel.Warning,
        "ASP.NET Core is {Version}; {Fixed} mends known weaknesses. Update the runtime.", EventName = "FrameworkOutdated")]
    public static partial void FrameworkOutdated(this ILogger logger, Version version, Version @fixed);
}
