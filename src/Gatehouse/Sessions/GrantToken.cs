using System.Security.Cryptography;
using Gatehouse.Security;

namespace Gatehouse.Sessions;

/// <summary>The secret of a grant: 256 random bits, for one session, ten minutes. The database keeps its hash.</summary>
internal sealed class GrantToken
{
    private readonly byte[] bytes;

    private GrantToken(byte[] bytes) => this.bytes = bytes;

    public static GrantToken New() => new(SecretBytes.New());

    public static GrantToken? Parse(string? text)
    {
        var parsed = new byte[SecretBytes.Length];
        return text is not null && SecretBytes.TryParse(text, parsed) ? new GrantToken(parsed) : null;
    }

    public byte[] Hash() => SHA256.HashData([.. "grant"u8, 0, .. bytes]);

    public string Reveal() => SecretBytes.ToText(bytes);

    public override string ToString() => "GrantToken (redacted)";
}
