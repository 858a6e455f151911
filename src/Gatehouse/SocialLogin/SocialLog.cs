using Microsoft.Extensions.Logging;

namespace Gatehouse.SocialLogin;

/// <summary>Events 2100–2199.</summary>
internal static partial class SocialLog
{
    /// <param name="cause">Fixed words of ours; nothing that the provider sent.</param>
    [LoggerMessage(2100, LogLevel.Warning, "A login at {Provider} came to nothing: {Cause}.", EventName = "ProviderFailed")]
    public static partial void ProviderFailed(this ILogger logger, string provider, string cause);

    [LoggerMessage(2101, LogLevel.Information, "{Provider} refused a login.", EventName = "ProviderRefused")]
    public static partial void ProviderRefused(this ILogger logger, string provider);
}
