using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Security;

/// <summary>
/// A secret that we hand out, in a mailed link, an invite or a grant: 256 random bits, 43 characters. The database keeps
/// SHA-256(purpose 0x00 token) alone, so a copy of it opens nothing, and a secret for one purpose is nothing at another.
/// </summary>
internal sealed class SecretToken
{
    private readonly byte[] bytes;

    private SecretToken(byte[] bytes) => this.bytes = bytes;

    public static SecretToken New() => new(SecretBytes.New());

    public static SecretToken? Parse(string? text)
    {
        var parsed = new byte[SecretBytes.Length];
        return text is not null && SecretBytes.TryParse(text, parsed) ? new SecretToken(parsed) : null;
    }

    public byte[] Hash(string purpose) => SHA256.HashData([.. Encoding.ASCII.GetBytes(purpose), 0, .. bytes]);

    /// <summary>
    /// Another secret for one more purpose, made of this one and a value that says which time it is: who knows neither
    /// learns nothing from it, and it needs to be kept nowhere.
    /// </summary>
    public string Derive(string purpose, SecretToken occasion) =>
        SecretBytes.ToText(HMACSHA256.HashData(bytes, (byte[])[.. Encoding.ASCII.GetBytes(purpose), 0, .. occasion.bytes]));

    /// <summary>The text that is handed out, and goes nowhere else.</summary>
    public string Reveal() => SecretBytes.ToText(bytes);

    public override string ToString() => "SecretToken (redacted)";
}
