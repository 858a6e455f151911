using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Gatehouse.Security;

namespace Gatehouse.Accounts;

/// <summary>
/// An account's public handle. Equal by <see cref="Key"/> alone. Never an "@" in it, whatever the operator's
/// pattern allows: the login form takes usernames and addresses in one field.
/// </summary>
internal sealed record Username
{
    /// <summary>Asked of the folded name: 2 to 32 characters.</summary>
    public const string DefaultPattern = "^[a-z0-9][a-z0-9._-]{1,31}$";

    private const int MaxLength = 64; // UTF-16 units, whatever the pattern allows: a handle, not a text.

    // Names that speak for the site or for its mail, without separators: "no-reply" and "no.reply" are the same lie.
    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.Ordinal,
        "abuse", "account", "accounts", "admin", "administrator", "anonymous", "api", "auth", "billing", "contact",
        "gatehouse", "help", "helpdesk", "hostmaster", "info", "login", "logout", "mail",
        "mailerdaemon", "moderator", "nobody", "noreply", "null", "official", "operator", "owner", "password",
        "postmaster", "register", "reset", "root", "security", "service", "settings", "signin", "signout", "signup",
        "staff", "sudo", "support", "sysadmin", "sysop", "system", "undefined", "verify", "webmaster", "wellknown",
        "www");

    private Username(string text, string key)
    {
        Text = text;
        Key = key;
    }

    /// <summary>For showing: the key with the capitals that were typed.</summary>
    public string Text { get; }

    /// <summary>For uniqueness and look-up: NFKC, lower case.</summary>
    public string Key { get; }

    public static bool TryParse(string? text, OperatorPattern pattern, [NotNullWhen(true)] out Username? username)
    {
        username = null;
        if (text is null || TextRules.HasControl(text))
            return false;
        var typed = text.Trim();
        if (typed.Length > MaxLength
            || !TextRules.TryNormalize(typed, NormalizationForm.FormKC, out var shown)
            || !TextRules.TryFold(typed, out var key))
        {
            return false;
        }

        // Once more: one code point may unfold to eighteen, and to spaces and signs that were not there before.
        if (key.Length is 0 or > MaxLength || IsForbidden(key) || !pattern.IsMatch(key))
            return false;
        username = new Username(shown, key);
        return true;
    }

    public bool Equals(Username? other) => other is not null && string.Equals(Key, other.Key, StringComparison.Ordinal);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Key);

    public override string ToString() => Text;

    private static bool IsForbidden(string key) =>
        key.Contains('@')
        || TextRules.HasControl(key)
        || TextRules.HasLayoutControl(key)
        || !TextRules.HasVisible(key)
        || key.Any(char.IsWhiteSpace)
        || Reserved.Contains(string.Concat(key.Where(c => c is not ('.' or '-' or '_'))));
}
