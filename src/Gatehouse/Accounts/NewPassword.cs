using System.Diagnostics.CodeAnalysis;
using Gatehouse.Security;

namespace Gatehouse.Accounts;

/// <summary>
/// A password fit to be set: at sign-up, change and reset alike. Promises: long enough, not among the first to be
/// guessed, nothing an attacker knows of this account; no rule of composition except the operator's own pattern.
/// Never printed: <see cref="Reveal"/> is for the hasher.
/// </summary>
internal sealed class NewPassword
{
    private readonly string text;

    private NewPassword(string text) => this.text = text;

    public static bool TryParse(
        string? text,
        PasswordPolicy policy,
        PasswordContext context,
        [NotNullWhen(true)] out NewPassword? password,
        [NotNullWhen(false)] out PasswordFault? fault)
    {
        password = null;
        fault = FindFault(text ?? "", policy, context, out var normalized);
        if (fault is not null)
            return false;
        password = new NewPassword(normalized);
        return true;
    }

    /// <summary>The password in NFC.</summary>
    public string Reveal() => text;

    public override string ToString() => "[password]";

    private static PasswordFault? FindFault(
        string text, PasswordPolicy policy, PasswordContext context, out string normalized)
    {
        normalized = "";
        if (PasswordText.IsTooLongToRead(text))
            return PasswordFault.TooLong;
        // Folding is for comparing alone; it fails where normalising does.
        if (!PasswordText.TryNormalize(text, out var composed) || !TextRules.TryFold(text, out var folded))
            return PasswordFault.NotText;
        normalized = composed;
        if (PasswordText.IsTooLong(normalized))
            return PasswordFault.TooLong;
        if (TextRules.CountCodePoints(normalized) < policy.MinLength)
            return PasswordFault.TooShort(policy.MinLength);
        if (policy.Pattern is { } pattern && !pattern.IsMatch(normalized))
            return PasswordFault.PatternMismatch;
        return PasswordBlocklist.Contains(folded) ? PasswordFault.TooCommon : context.FindFault(folded);
    }
}
