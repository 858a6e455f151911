using System.Buffers;

namespace Gatehouse.Configuration;

/// <summary>Reads <c>Social:{name}:…</c>: a provider is there when its section has anything, and then it is whole or a fault.</summary>
internal static class SocialSettingsReader
{
    public const string Root = "Social";
    public const string ClientId = "ClientId";
    public const string ClientSecret = "ClientSecret";
    public const string Authority = "Authority";
    public const string Title = "Title";
    public const string Scopes = "Scopes";
    public const string Algorithm = "Algorithm";

    private const int MostCharacters = 32;
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly string[] Keys = [ClientId, ClientSecret, Authority, Title, Scopes, Algorithm];

    /// <summary>Those whose addresses we know, and what they are called.</summary>
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["google"] = "Google",
        ["facebook"] = "Facebook",
        ["line"] = "LINE",
    };

    /// <summary>Paths below <c>/api/auth/</c> that mean something else.</summary>
    private static readonly string[] Reserved =
        ["account", "invites", "jlinx", "mail", "passwd", "session", "usernames", "users", "login", "logout", "signup", "local"];

    public static IReadOnlyList<SocialSettings> Read(SettingsSection section, bool development)
    {
        var providers = new List<SocialSettings>();
        foreach (var (part, values) in section.Parts(Root).Where(part => part.Values.Values.Any(value => !string.IsNullOrWhiteSpace(value))))
        {
            var name = part.ToLowerInvariant(); // environment variables are often written otherwise
            if (name is "" or [>= '0' and <= '9', ..] or ['-', ..] || name.Length > MostCharacters || name.AsSpan().ContainsAnyExcept(NameCharacters))
                section.Fault($"{Root}:{name}", "a provider's name is of lower-case letters, digits and hyphens, like google", 0);
            else if (Reserved.Contains(name, StringComparer.Ordinal))
                section.Fault($"{Root}:{name}", "is a path of ours; choose another name", 0);
            else if (ReadOne(section, name, values, development) is { } provider)
                providers.Add(provider);
        }
        return providers;
    }

    private static SocialSettings? ReadOne(
        SettingsSection section, string name, IReadOnlyDictionary<string, string> values, bool development)
    {
        foreach (var key in values.Keys.Where(key => key.Length > 0 && !Keys.Contains(key, StringComparer.OrdinalIgnoreCase)))
            section.Fault($"{Root}:{name}:{key}", $"no such setting; there are {string.Join(", ", Keys)}", 0);
        var id = Need(section, name, values, ClientId);
        var secret = Need(section, name, values, ClientSecret);
        var authority = ReadAuthority(section, name, values, development);
        var title = Of(values, Title) ?? Known.GetValueOrDefault(name) ?? char.ToUpperInvariant(name[0]) + name[1..];
        var algorithm = ReadAlgorithm(section, name, values);
        return id is null || secret is null || (authority is null && !Known.ContainsKey(name))
            ? null
            : new SocialSettings(name, title, id, secret, authority, Of(values, Scopes), algorithm);
    }

    private static Uri? ReadAuthority(
        SettingsSection section, string name, IReadOnlyDictionary<string, string> values, bool development)
    {
        var key = $"{Root}:{name}:{Authority}";
        var text = Of(values, Authority);
        if (Known.ContainsKey(name))
            return text is null ? null : section.Fault<Uri?>(key, $"that of {name} is known; give your own provider another name", null);
        if (text is null)
            return section.Fault<Uri?>(key, "is missing: the issuer's URL, like https://login.example.com", null);
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Query.Length == 0 && url.Fragment.Length == 0
            && url.UserInfo.Length == 0 && (url.Scheme == Uri.UriSchemeHttps || (development && url is { Scheme: "http", IsLoopback: true }))
            ? url
            : section.Fault<Uri?>(key, $"'{text}' is not an https URL without query (Development also takes http on this machine)", null);
    }

    private static IdTokenAlgorithm ReadAlgorithm(SettingsSection section, string name, IReadOnlyDictionary<string, string> values)
    {
        if (Of(values, Algorithm) is not { } text)
            return IdTokenAlgorithm.RS256;
        if (Known.ContainsKey(name))
            return section.Fault($"{Root}:{name}:{Algorithm}", $"that of {name} is known", IdTokenAlgorithm.RS256);
        return text switch
        {
            nameof(IdTokenAlgorithm.RS256) => IdTokenAlgorithm.RS256,
            nameof(IdTokenAlgorithm.ES256) => IdTokenAlgorithm.ES256,
            _ => section.Fault($"{Root}:{name}:{Algorithm}", $"'{text}' is not RS256 or ES256", IdTokenAlgorithm.RS256),
        };
    }

    private static string? Need(SettingsSection section, string name, IReadOnlyDictionary<string, string> values, string key) =>
        Of(values, key) ?? section.Fault<string?>($"{Root}:{name}:{key}", $"is missing: what {name} gave your application", null);

    private static string? Of(IReadOnlyDictionary<string, string> values, string key) => values
        .Where(pair => pair.Key.Equals(key, StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(pair.Value))
        .Select(pair => pair.Value.Trim()).FirstOrDefault();
}
