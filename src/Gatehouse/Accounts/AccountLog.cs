using Microsoft.Extensions.Logging;

namespace Gatehouse.Accounts;

/// <summary>Events 1300–1399.</summary>
internal static partial class AccountLog
{
    [LoggerMessage(1300, LogLevel.Warning,
        "One wrong password was tried on more than {Accounts} accounts within ten minutes.", EventName = "Spraying")]
    public static partial void Spraying(this ILogger logger, int accounts);

    [LoggerMessage(1301, LogLevel.Warning,
        "More than {Wrong} wrong passwords within ten minutes.", EventName = "WaveOfWrongPasswords")]
    public static partial void Wave(this ILogger logger, int wrong);
}
