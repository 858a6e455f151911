using Gatehouse.Texts;

namespace Gatehouse.Accounts;

/// <summary>Why a password can't be set, in words for the customer. Never holds the password or a part of it.</summary>
internal sealed record PasswordFault
{
    private readonly string key;
    private readonly int number;

    private PasswordFault(string key, int number = 0) => (this.key, this.number) = (key, number);

    public static PasswordFault TooLong { get; } = new("password.too_long", PasswordText.MaxCodePoints);

    public static PasswordFault NotText { get; } = new("password.not_text");

    public static PasswordFault TooCommon { get; } = new("password.too_common");

    public static PasswordFault ContainsEmail { get; } = new("password.contains_email");

    public static PasswordFault ContainsUsername { get; } = new("password.contains_username");

    public static PasswordFault ContainsSiteName { get; } = new("password.contains_site_name");

    public static PasswordFault PatternMismatch { get; } = new("password.pattern_mismatch");

    public Phrase Sentence => new(key, ("n", number));

    public static PasswordFault TooShort(int minLength) => new("password.too_short", minLength);
}
