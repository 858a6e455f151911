// The one file that decides the bytes of an access token: a JWT (RFC 7519, RFC 9068), signed RS256 (RFC 7515).
// Promises: what Read accepts was signed by a key of the ring, for this issuer and audience, and is in its time.
// The header is never interpreted (RFC 8725 3.1): it must equal, character for character, what Write puts there for
// a key of the ring. Another alg, typ or kid, crit, b64, zip, jku, jwk, x5u, x5c: no token of ours, whatever it says.
// The signature is judged before any claim is read. Canonical base64url only: a token has one spelling.
// Must never fetch a key, choose an algorithm by what a token says, or carry an address, a name or a secret.
// Not judged here: whether the session (sid) and the account still live. The caller asks that each time.
using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Tokens;

/// <summary>Writes and reads access tokens.</summary>
internal static class AccessToken
{
    public const int MaxLength = 4096; // four times what ours need; a header line beyond it is an attack
    public const int MaxIdLength = 64; // ids are UUIDs and handles of at most 43 characters

    /// <summary>
    /// How far apart the clocks of two nodes may be. Who issues a token sets <c>nbf</c> this long before <c>iat</c>, or
    /// the next node, a second behind, would refuse what was signed just now: <c>nbf</c> and <c>exp</c> know no skew.
    /// </summary>
    public const int NodeClockSeconds = 5;

    private static readonly int HeaderLength = Header(new string('k', VerificationKey.KidLength)).Length;

    private const int MaxDepth = 8; // ours are flat; only members that are skipped may nest
    private const int MaxMembers = 32; // ours have ten; bounds the search for duplicates
    private const long MaxNumber = 1L << 53; // beyond it JSON numbers are not exact everywhere (RFC 8259 6)

    // No HTML here: with the default encoder, the & of an issuer becomes \u0026.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The first part of every token that the key with this id signs.</summary>
    public static string Header(string kid) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"RS256","typ":"at+jwt","kid":"{{kid}}"}"""));

    public static string Write(AccessTokenClaims claims, SigningKey key)
    {
        Span<byte> token = stackalloc byte[MaxLength];
        var length = Encoding.ASCII.GetBytes(key.TokenHeader, token);
        token[length++] = (byte)'.';
        length += Base64Url.EncodeToUtf8(WriteClaims(claims), token[length..]);

        Span<byte> signature = stackalloc byte[VerificationKey.MaxBits / 8];
        var signatureLength = key.Sign(token[..length], signature);
        token[length++] = (byte)'.';
        length += Base64Url.EncodeToUtf8(signature[..signatureLength], token[length..]);
        return Encoding.ASCII.GetString(token[..length]);
    }

    /// <summary>The claims of a token that is good at this second; null for everything else. Never throws.</summary>
    public static AccessTokenClaims? Read(
        ReadOnlySpan<char> token, VerificationKeys keys, AccessTokenRules rules, long nowSeconds)
    {
        if (token.Length > MaxLength)
            return null;
        var headerEnd = token.IndexOf('.');
        var payloadEnd = token.LastIndexOf('.');
        if (headerEnd == payloadEnd || keys.FindByTokenHeader(token[..headerEnd]) is not { } key)
            return null;

        // More than three parts (JWE has five) end here too: a dot is no base64url.
        Span<byte> payload = stackalloc byte[MaxLength];
        Span<byte> signature = stackalloc byte[VerificationKey.MaxBits / 8];
        if (!CanonicalBase64Url.TryDecode(token[(headerEnd + 1)..payloadEnd], payload, out var payloadLength)
            || !CanonicalBase64Url.TryDecode(token[(payloadEnd + 1)..], signature, out var signatureLength))
        {
            return null;
        }

        Span<byte> signed = stackalloc byte[MaxLength];
        var signedLength = Encoding.ASCII.GetBytes(token[..payloadEnd], signed);
        return key.Verify(signed[..signedLength], signature[..signatureLength])
            ? ReadClaims(payload[..payloadLength], rules, nowSeconds)
            : null;
    }

    /// <summary>Whether the token looks like ours but for a key that isn't in the ring. Ids of keys have one length.</summary>
    public static bool NamesUnknownKey(ReadOnlySpan<char> token, VerificationKeys keys)
    {
        var header = token[..Math.Max(0, token.IndexOf('.'))];
        return token.Length <= MaxLength && header.Length == HeaderLength && keys.FindByTokenHeader(header) is null;
    }

    private static ReadOnlySpan<byte> WriteClaims(AccessTokenClaims claims)
    {
        var json = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(json, Plain);
        writer.WriteStartObject();
        writer.WriteString("iss"u8, claims.Issuer);
        writer.WriteString("sub"u8, claims.Subject);
        writer.WriteString("aud"u8, claims.Audience);
        writer.WriteNumber("exp"u8, claims.ExpiresAt);
        writer.WriteNumber("iat"u8, claims.IssuedAt);
        writer.WriteNumber("nbf"u8, claims.NotBefore);
        writer.WriteString("jti"u8, claims.TokenId);
        writer.WriteString("sid"u8, claims.SessionId);
        if (claims.UserId is not null)
            writer.WriteString("user_id"u8, claims.UserId);
        writer.WriteNumber("auth_time"u8, claims.AuthTime);
        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenSpan;
    }

    private static AccessTokenClaims? ReadClaims(ReadOnlySpan<byte> json, AccessTokenRules rules, long now)
    {
        try
        {
            return Utf8.IsValid(json) ? ReadMembers(json, rules, now) : null;
        }
        catch (JsonException)
        {
            return null; // signed by our key and yet no JSON: who gets here has the key, and still gets no 500
        }
    }

    private static AccessTokenClaims? ReadMembers(ReadOnlySpan<byte> json, AccessTokenRules rules, long now)
    {
        var (issuer, audience) = (false, false);
        string? subject = null, tokenId = null, sessionId = null, userId = null;
        long? expiresAt = null, issuedAt = null, notBefore = null, authTime = null;

        var names = new MemberNames(json, stackalloc Range[MaxMembers]);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            if (!names.TryAdd(reader) || !reader.Read())
                return null;
            var good =
                name.SequenceEqual("iss"u8) ? issuer = IsText(reader, rules.Issuer)
                : name.SequenceEqual("sub"u8) ? TryReadId(reader, out subject)
                : name.SequenceEqual("aud"u8) ? audience = IsAudience(ref reader, rules.Audience)
                : name.SequenceEqual("exp"u8) ? TryReadSeconds(reader, out expiresAt)
                : name.SequenceEqual("iat"u8) ? TryReadSeconds(reader, out issuedAt)
                : name.SequenceEqual("nbf"u8) ? TryReadSeconds(reader, out notBefore)
                : name.SequenceEqual("jti"u8) ? TryReadId(reader, out tokenId)
                : name.SequenceEqual("sid"u8) ? TryReadId(reader, out sessionId)
                : name.SequenceEqual("user_id"u8) ? TryReadId(reader, out userId)
                : name.SequenceEqual("auth_time"u8) ? TryReadSeconds(reader, out authTime)
                : reader.TrySkip(); // a later version may say more
            if (!good)
                return null;
        }

        // The last Read throws when anything but white space follows the object.
        if (!issuer || !audience || subject is null || tokenId is null || sessionId is null || reader.Read())
            return null;

        // What is missing is null, and null compares false. The two times that only tell of the past may come from a
        // node whose clock is a little ahead. Too long a life: milliseconds, or the setting has been lowered since.
        return notBefore <= now && now < expiresAt
            && issuedAt <= now + NodeClockSeconds && authTime <= now + NodeClockSeconds
            && issuedAt < expiresAt && expiresAt - issuedAt <= rules.LifetimeSeconds
            ? new AccessTokenClaims(rules.Issuer, subject, rules.Audience, issuedAt.Value, notBefore.Value,
                expiresAt.Value, tokenId, sessionId, userId, authTime.Value)
            : null;
    }

    // We write no escapes, so whatever has one is refused: it would only be a second spelling.
    private static bool IsText(in Utf8JsonReader reader, string expected) =>
        reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueTextEquals(expected);

    private static bool IsAudience(ref Utf8JsonReader reader, string expected)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return IsText(reader, expected);
        return reader.Read() && IsText(reader, expected) && reader.Read() && reader.TokenType == JsonTokenType.EndArray;
    }

    private static bool TryReadId(in Utf8JsonReader reader, [NotNullWhen(true)] out string? id)
    {
        var value = reader.ValueSpan;
        var good = reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped
            && value.Length is > 0 and <= MaxIdLength && !value.ContainsAnyExceptInRange((byte)'!', (byte)'~');
        id = good ? Encoding.ASCII.GetString(value) : null;
        return good;
    }

    /// <summary>A NumericDate (RFC 7519 2) of digits only: no sign, no fraction, no exponent.</summary>
    private static bool TryReadSeconds(in Utf8JsonReader reader, [NotNullWhen(true)] out long? seconds)
    {
        seconds = reader.TokenType == JsonTokenType.Number
            && long.TryParse(reader.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value <= MaxNumber ? value : null;
        return seconds is not null;
    }

    /// <summary>The names so far, to refuse a name twice: parsers differ in which of the two they believe.</summary>
    private ref struct MemberNames(ReadOnlySpan<byte> json, Span<Range> seen)
    {
        private readonly ReadOnlySpan<byte> json = json;
        private readonly Span<Range> seen = seen;
        private int count;

        public bool TryAdd(in Utf8JsonReader reader)
        {
            if (count == seen.Length || reader.ValueIsEscaped)
                return false;
            foreach (var range in seen[..count])
            {
                if (json[range].SequenceEqual(reader.ValueSpan))
                    return false;
            }

            var start = (int)reader.TokenStartIndex + 1; // after the quotation mark
            seen[count++] = start..(start + reader.ValueSpan.Length);
            return true;
        }
    }
}
