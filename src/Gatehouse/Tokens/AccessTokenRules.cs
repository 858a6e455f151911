namespace Gatehouse.Tokens;

/// <summary>
/// What a token must say to be for us, from the settings. Throws on an issuer or audience that no token can carry.
/// </summary>
internal sealed class AccessTokenRules(string issuer, string audience, TimeSpan lifetime)
{
    private const int MaxTextLength = 256; // a URL; keeps every token far below AccessToken.MaxLength

    public string Issuer { get; } = Plain(issuer, nameof(issuer));

    public string Audience { get; } = Plain(audience, nameof(audience));

    /// <summary>The longest a token may live: <c>exp - iat</c>, inclusive.</summary>
    public long LifetimeSeconds { get; } = lifetime >= TimeSpan.FromSeconds(1)
        ? (long)lifetime.TotalSeconds
        : throw new ArgumentOutOfRangeException(nameof(lifetime));

    /// <summary>True for visible ASCII that JSON needs not escape: one spelling only, compared byte by byte.</summary>
    public static bool IsPlain(string text) =>
        text.Length is > 0 and <= MaxTextLength
        && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !text.AsSpan().ContainsAny('"', '\\');

    private static string Plain(string text, string name) =>
        IsPlain(text)
            ? text
            : throw new ArgumentException("Needs 1 to 256 visible ASCII characters, without \" and \\.", name);
}
