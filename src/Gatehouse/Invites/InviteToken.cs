using System.Security.Cryptography;
using Gatehouse.Security;

namespace Gatehouse.Invites;

/// <summary>The secret of an invite: 256 random bits. The database keeps its hash, bound to this use.</summary>
internal sealed class InviteToken
{
    private readonly byte[] bytes;

    private InviteToken(byte[] bytes) => this.bytes = bytes;

    public static InviteToken New() => new(SecretBytes.New());

    public static InviteToken? Parse(string? text)
    {
        var parsed = new byte[SecretBytes.Length];
        return text is not null && SecretBytes.TryParse(text, parsed) ? new InviteToken(parsed) : null;
    }

    public byte[] Hash() => SHA256.HashData([.. "invite"u8, 0, .. bytes]);

    public string Reveal() => SecretBytes.ToText(bytes);

    public override string ToString() => "InviteToken (redacted)";
}
