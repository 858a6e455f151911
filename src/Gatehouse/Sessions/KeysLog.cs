using Microsoft.Extensions.Logging;

namespace Gatehouse.Sessions;

/// <summary>Events 1700–1799.</summary>
internal static partial class KeysLog
{
    [LoggerMessage(1700, LogLevel.Information,
        "Keys rotated: {Kid} signs access tokens from {SignsFrom:O}; {Resealed} older keys were sealed again.",
        EventName = "KeysRotated")]
    public static partial void KeysRotated(this ILogger logger, string kid, DateTimeOffset signsFrom, int resealed);

    [LoggerMessage(1701, LogLevel.Warning,
        "Keys rotated as compromised: every access token and cookie from before {SignsFrom:O} is refused; {Kid} signs.",
        EventName = "KeysRevoked")]
    public static partial void KeysRevoked(this ILogger logger, string kid, DateTimeOffset signsFrom);

    [LoggerMessage(1702, LogLevel.Information,
        "This node signs access tokens with {Kid} and accepts {Accepted} keys.", EventName = "SigningKeysTakenUp")]
    public static partial void SigningKeysTakenUp(this ILogger logger, string kid, int accepted);

    [LoggerMessage(1703, LogLevel.Information,
        "This node took up {Known} cookie keys.", EventName = "CookieKeysTakenUp")]
    public static partial void CookieKeysTakenUp(this ILogger logger, int known);

    [LoggerMessage(1704, LogLevel.Warning,
        "The keys could not be read and will be in a second; this node goes on with those it has.", EventName = "KeysUnread")]
    public static partial void KeysUnread(this ILogger logger, Exception exception);
}
