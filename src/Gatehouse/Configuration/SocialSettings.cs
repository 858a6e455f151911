namespace Gatehouse.Configuration;

/// <summary>A provider that customers may log in at, as <c>Social:{name}</c> has it.</summary>
/// <param name="Name">As it stands in paths, in <c>via</c> and in <c>global.config.social</c>.</param>
/// <param name="Title">What customers know it by.</param>
/// <param name="Authority">The issuer of an OpenID Connect provider of one's own; null for those whose addresses are known.</param>
/// <param name="Scopes">What is asked for; null: what the provider's file says.</param>
internal sealed record SocialSettings(
    string Name, string Title, string ClientId, string ClientSecret, Uri? Authority, string? Scopes, IdTokenAlgorithm Algorithm)
{
    public override string ToString() => $"SocialSettings {Name}"; // the secret stays out of logs
}

/// <summary>What ID tokens are signed with. It is set, never taken from a token (RFC 8725, 3.1).</summary>
internal enum IdTokenAlgorithm
{
    RS256,
    ES256,
}
