using System.Text;
using Gatehouse.Security;

namespace Gatehouse.Accounts;

/// <summary>
/// What an attacker knows of this account and tries first: the address, the username, the site's name. A password must
/// not contain these, forwards or backwards, nor be one of them dressed up with digits and signs.
/// </summary>
internal sealed record PasswordContext(EmailAddress? Email, Username? Username, string? SiteHost, string? SiteTitle)
{
    private const string ProductName = "gatehouse";

    // Shorter words are part of ordinary passphrases ("al" in "normal"): they only must not be the whole password.
    private const int MinContainedLength = 4;

    /// <summary>Null when the password, given folded, has nothing to do with the account.</summary>
    public PasswordFault? FindFault(string foldedPassword)
    {
        var core = Undress(foldedPassword);
        if (EmailWords().Any(word => Tells(foldedPassword, core, word)))
            return PasswordFault.ContainsEmail;
        if (Username is not null && Tells(foldedPassword, core, Username.Key))
            return PasswordFault.ContainsUsername;
        var tellsSite = SiteWords().Any(word => Tells(foldedPassword, core, word))
            || HostLabels().Any(label => Dresses(core, label));
        return tellsSite ? PasswordFault.ContainsSiteName : null;
    }

    private string[] EmailWords() => Email is null ? [] : [Email.Key, Fold(Email.Address), Fold(Email.LocalPart)];

    private string[] SiteWords()
    {
        var title = Fold(SiteTitle);
        return [ProductName, Fold(SiteHost), title, title.Replace(" ", "", StringComparison.Ordinal)];
    }

    /// <summary>"acme" of "login.acme.example": too ordinary to forbid inside others, too near to be all.</summary>
    private string[] HostLabels() => Fold(SiteHost).Split('.')[..^1];

    private static bool Tells(string password, string core, string word) =>
        (word.Length >= MinContainedLength && (Contains(password, word) || Contains(password, Reverse(word))))
        || Dresses(core, word);

    private static bool Dresses(string core, string word)
    {
        var bare = Undress(word);
        return bare.Length > 0
            && (string.Equals(core, bare, StringComparison.Ordinal)
                || string.Equals(core, Reverse(bare), StringComparison.Ordinal));
    }

    private static bool Contains(string password, string word) => password.Contains(word, StringComparison.Ordinal);

    /// <summary>Letters and inner digits alone: "alice-smith" and "!!alicesmith1987" are "alicesmith".</summary>
    private static string Undress(string folded) =>
        string.Concat(folded.EnumerateRunes().Where(Rune.IsLetterOrDigit)).Trim([.. "0123456789"]);

    private static string Reverse(string text) => string.Concat(text.EnumerateRunes().Reverse());

    // A title that cannot be folded cannot be in a password either: that one has been folded.
    private static string Fold(string? text) =>
        text is not null && TextRules.TryFold(text.Trim(), out var folded) ? folded : "";
}
