namespace Gatehouse.Server.CommandLine;

/// <summary>
/// The settings among the arguments, wherever they stand, and the rest. Settings are what the configuration reads:
/// <c>--Section:Key value</c>, <c>--Section:Key=value</c>, and the host's own keys.
/// </summary>
internal sealed record Arguments(string[] Settings, string[] Words)
{
    private static readonly string[] HostKeys =
        ["urls", "http_ports", "https_ports", "environment", "contentRoot", "applicationName", "AllowedHosts"];

    public static Arguments Split(IReadOnlyList<string> arguments)
    {
        var (settings, words) = (new List<string>(), new List<string>());
        for (var at = 0; at < arguments.Count; at++)
        {
            var into = IsSetting(arguments[at]) ? settings : words;
            into.Add(arguments[at]);
            if (into == settings && !arguments[at].Contains('=', StringComparison.Ordinal) && at + 1 < arguments.Count)
                settings.Add(arguments[++at]);
        }
        return new Arguments([.. settings], [.. words]);
    }

    private static bool IsSetting(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            return false;
        var name = argument[2..].Split('=')[0];
        return name.Contains(':', StringComparison.Ordinal)
            || HostKeys.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
