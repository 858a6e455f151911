using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Accounts;

/// <summary>
/// A password somebody presents, to be checked against a stored hash. No policy is asked of it, since policies
/// change; only that it can be hashed at all. Never printed: <see cref="Reveal"/> is for the hasher.
/// </summary>
internal sealed class PresentedPassword
{
    private readonly string text;

    private PresentedPassword(string text) => this.text = text;

    public static bool TryParse(string? text, [NotNullWhen(true)] out PresentedPassword? password)
    {
        password = null;
        if (string.IsNullOrEmpty(text)
            || PasswordText.IsTooLongToRead(text)
            || !PasswordText.TryNormalize(text, out var normalized)
            || PasswordText.IsTooLong(normalized))
        {
            return false;
        }

        password = new PresentedPassword(normalized);
        return true;
    }

    /// <summary>The password in NFC.</summary>
    public string Reveal() => text;

    public override string ToString() => "[password]";
}
