using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Gatehouse.Security.Argon2id;

namespace Gatehouse.Security.Passwords;

/// <summary>
/// What is stored of a password: a PHC string, <c>$argon2id$v=19$m=…,t=…,p=1[,keyid=…]$salt$tag</c>.
/// A record has one spelling; anything else is refused, and so are costs out of <see cref="Argon2Parameters"/>' range.
/// The password was NFC-normalised UTF-8. <c>keyid</c> names the <see cref="Pepper"/>, if there was one.
/// Never logged, never compared but by <see cref="PasswordHasher"/>, in constant time.
/// </summary>
internal sealed class PasswordHash
{
    public const int SaltBytes = 16; // unique for every record ever made; GH-SEC-017
    public const int TagBytes = 32; // 256 bits

    private const int MinSaltBytes = 8; // RFC 9106, 3.1
    private const int MinTagBytes = 16; // 128 bits: below that, another password could match
    private const int MaxBytes = 64;
    private const int MaxLength = 256; // the longest valid string has 224

    public PasswordHash(Argon2Parameters parameters, string? keyId, ReadOnlyMemory<byte> salt, ReadOnlyMemory<byte> tag)
    {
        if (!parameters.AreInRange || keyId is not null && !Pepper.IsKeyId(keyId))
            throw new ArgumentException("Not the cost or the key id of a password hash.", nameof(parameters));
        if (salt.Length is < MinSaltBytes or > MaxBytes || tag.Length is < MinTagBytes or > MaxBytes)
            throw new ArgumentException("Not the salt or the tag of a password hash.", nameof(salt));
        (Parameters, KeyId, Salt, Tag) = (parameters, keyId, salt, tag);
    }

    public Argon2Parameters Parameters { get; }

    /// <summary>Null: no pepper.</summary>
    public string? KeyId { get; }

    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>Never empty.</summary>
    public ReadOnlyMemory<byte> Tag { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out PasswordHash? hash)
    {
        hash = null;
        if (text is null || text.Length > MaxLength)
            return false;
        if (text.Split('$') is not ["", "argon2id", "v=19", var cost, var salt, var tag])
            return false;
        if (!TryParseCost(cost, out var parameters, out var keyId))
            return false;
        if (!TryParseBytes(salt, MinSaltBytes, out var saltBytes) || !TryParseBytes(tag, MinTagBytes, out var tagBytes))
            return false;
        hash = new PasswordHash(parameters, keyId, saltBytes, tagBytes);
        return true;
    }

    /// <summary>The string for the database.</summary>
    public string Format()
    {
        var keyId = KeyId is null ? "" : $",keyid={KeyId}";
        var (memoryKiB, iterations) = Parameters;
        var cost = string.Create(CultureInfo.InvariantCulture, $"m={memoryKiB},t={iterations},p=1");
        return $"$argon2id$v=19${cost}{keyId}${Base64.Encode(Salt.Span)}${Base64.Encode(Tag.Span)}";
    }

    public override string ToString() => "PasswordHash (redacted)";

    private static bool TryParseCost(string text, out Argon2Parameters parameters, out string? keyId)
    {
        (parameters, keyId) = (default, null);
        if (text.Split(',') is not [var memory, var iterations, "p=1", .. { Length: <= 1 } rest])
            return false;
        if (!TryParseNumber(memory, "m=", out var memoryKiB) || !TryParseNumber(iterations, "t=", out var passes))
            return false;
        parameters = new Argon2Parameters(memoryKiB, passes);
        if (!parameters.AreInRange)
            return false;
        if (rest is [])
            return true;
        const string KeyIdPrefix = "keyid=";
        keyId = rest[0].StartsWith(KeyIdPrefix, StringComparison.Ordinal) ? rest[0][KeyIdPrefix.Length..] : "";
        return Pepper.IsKeyId(keyId);
    }

    /// <summary>Digits alone, without leading zeros, as PHC asks.</summary>
    private static bool TryParseNumber(string text, string prefix, out int number)
    {
        number = 0;
        return text.StartsWith(prefix, StringComparison.Ordinal)
            && text.Length > prefix.Length
            && text[prefix.Length] != '0'
            && int.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryParseBytes(string text, int minimum, [NotNullWhen(true)] out byte[]? bytes) =>
        Base64.TryDecode(text, out bytes) && bytes.Length >= minimum && bytes.Length <= MaxBytes;
}
