using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Security.Passwords;

/// <summary>
/// A secret kept outside the database and given to Argon2 as its key K: a stolen table alone cannot be guessed at
/// (NIST SP 800-63B-4, 3.1.1.2). Its id is public and stands in the records made with it.
/// </summary>
internal sealed class Pepper
{
    /// <summary>256 bits, so that nobody guesses pepper and password together.</summary>
    public const int SecretBytes = 32;

    private const int MaxKeyIdLength = 11; // 8 bytes, the PHC string format's limit for keyid

    private readonly byte[] secret;

    private Pepper(string keyId, byte[] secret)
    {
        KeyId = keyId;
        this.secret = secret;
    }

    public string KeyId { get; }

    /// <summary>Needs a valid id and exactly <see cref="SecretBytes"/>; copies them.</summary>
    public static bool TryCreate(string keyId, ReadOnlySpan<byte> secret, [NotNullWhen(true)] out Pepper? pepper)
    {
        var isValid = IsKeyId(keyId) && secret.Length == SecretBytes;
        pepper = isValid ? new Pepper(keyId, secret.ToArray()) : null;
        return isValid;
    }

    /// <summary>Whether a text is canonical base64, without padding, of 1 to 8 bytes.</summary>
    public static bool IsKeyId(string text) =>
        text.Length <= MaxKeyIdLength && Base64.TryDecode(text, out var bytes) && bytes.Length > 0;

    public ReadOnlySpan<byte> Reveal() => secret;

    public override string ToString() => $"Pepper {KeyId} (redacted)";
}
