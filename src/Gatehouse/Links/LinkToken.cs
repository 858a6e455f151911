using System.Security.Cryptography;
using System.Text;
using Gatehouse.Security;

namespace Gatehouse.Links;

/// <summary>
/// The secret in a mailed link: 256 random bits, 43 characters. The database keeps SHA-256(purpose 0x00 token) alone,
/// so a copy of it opens nothing and a link for one purpose is nothing at another.
/// </summary>
internal sealed class LinkToken
{
    private readonly byte[] bytes;

    private LinkToken(byte[] bytes) => this.bytes = bytes;

    public static LinkToken New() => new(SecretBytes.New());

    public static LinkToken? Parse(string? text)
    {
        var parsed = new byte[SecretBytes.Length];
        return text is not null && SecretBytes.TryParse(text, parsed) ? new LinkToken(parsed) : null;
    }

    public byte[] Hash(string purpose) => SHA256.HashData([.. Encoding.ASCII.GetBytes(purpose), 0, .. bytes]);

    /// <summary>The text that goes into a mail, and nowhere else.</summary>
    public string Reveal() => SecretBytes.ToText(bytes);

    public override string ToString() => "LinkToken (redacted)";
}

/// <summary>What a link is good for; part of its hash.</summary>
internal static class LinkPurpose
{
    public const string VerifyEmail = "verify";
    public const string ResetPassword = "reset";
    public const string ChangeEmail = "change_email";
    public const string UndoEmail = "undo_email";
}
