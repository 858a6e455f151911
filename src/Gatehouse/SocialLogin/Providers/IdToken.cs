using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gatehouse.Tokens;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>
/// An ID token (OpenID Connect Core 1.0, 3.1.3.7). Promises: claims are only had of a token that this provider signed, with
/// its own algorithm and keys, for this client, for this very login, now. Must never: take an algorithm, a key or an
/// address of keys from the token, or tell in an exception what stood in it.
/// </summary>
internal static class IdToken
{
    private const int MostCharacters = 16 * 1024;
    private const int MostSubject = 255; // OpenID Connect Core 1.0, 2: ASCII characters
    private const long Skew = 60; // seconds: the provider's clock is not ours
    private const long MostAge = 10 * 60; // seconds since it was issued: longer than any login takes
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public static async Task<JsonElement> ReadAsync(
        string text, IdTokenRules rules, string nonce, long now, CancellationToken cancellationToken)
    {
        if (text.Length > MostCharacters || text.Split('.') is not [var head, var body, var tail])
            throw Wrong("form");
        var header = Parse(head);
        if (header.Text("alg") != rules.Keys.Algorithm)
            throw Wrong("algorithm");
        if (header.TryGetProperty("crit", out _) || header.Text("typ") is not (null or "JWT" or "jwt"))
            throw Wrong("header");
        var signed = Encoding.ASCII.GetBytes(text[..(head.Length + 1 + body.Length)]);
        if (!await rules.Keys.VerifyAsync(header.Text("kid"), signed, Decode(tail), cancellationToken))
            throw Wrong("signature");
        var claims = Parse(body);
        Check(claims, rules, nonce, now);
        return claims;
    }

    private static void Check(JsonElement claims, IdTokenRules rules, string nonce, long now)
    {
        if (claims.Text("iss") is not { } issuer || !rules.Issuers.Contains(issuer, StringComparer.Ordinal))
            throw Wrong("issuer");
        if (!IsForUs(claims, rules.ClientId))
            throw Wrong("audience");
        if (claims.Number("exp") is not { } expires || expires <= now - Skew)
            throw Wrong("expiry");
        if (claims.Number("iat") is not { } issued || issued > now + Skew || issued < now - MostAge)
            throw Wrong("time of issue");
        if (claims.Text("nonce") is not { } theirs
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(theirs), Encoding.ASCII.GetBytes(nonce)))
        {
            throw Wrong("nonce");
        }
        if (claims.Text("sub") is not { Length: <= MostSubject } subject || subject.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw Wrong("subject");
    }

    /// <summary>The audience is this client; where there are others too, or another party is named, it is the one that asked.</summary>
    private static bool IsForUs(JsonElement claims, string clientId)
    {
        IReadOnlyList<string> audiences = claims.Text("aud") is { } one ? [one] : claims.Texts("aud");
        var party = claims.Text("azp");
        return audiences.Contains(clientId, StringComparer.Ordinal)
            && (party is null ? audiences.Count == 1 && !claims.TryGetProperty("azp", out _) : party == clientId);
    }

    private static JsonElement Parse(string part)
    {
        try
        {
            using var document = JsonDocument.Parse(Decode(part), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw Wrong("form");
        }
        catch (JsonException)
        {
            throw Wrong("form");
        }
    }

    private static byte[] Decode(string part)
    {
        var bytes = new byte[part.Length];
        return CanonicalBase64Url.TryDecode(part, bytes, out var written) ? bytes[..written] : throw Wrong("form");
    }

    private static ProviderException Wrong(string what) => new($"ID token: wrong {what}");
}

/// <param name="Issuers">Most have one name; Google's has been two.</param>
internal sealed record IdTokenRules(IReadOnlyList<string> Issuers, string ClientId, IIdTokenKeys Keys);

/// <summary>Where the keys of a provider's ID tokens come from, and what for they are good.</summary>
internal interface IIdTokenKeys
{
    string Algorithm { get; }

    /// <exception cref="ProviderException">The keys can't be had.</exception>
    ValueTask<bool> VerifyAsync(string? keyId, byte[] signed, byte[] signature, CancellationToken cancellationToken);
}

/// <summary>HS256 by the client's secret: LINE's tokens for web logins, and nobody else's (GH-SEC-171).</summary>
internal sealed class ClientSecretKey(string secret) : IIdTokenKeys
{
    private readonly byte[] key = Encoding.UTF8.GetBytes(secret);

    public string Algorithm => "HS256";

    public ValueTask<bool> VerifyAsync(string? keyId, byte[] signed, byte[] signature, CancellationToken cancellationToken) =>
        ValueTask.FromResult(CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, signed), signature));
}
