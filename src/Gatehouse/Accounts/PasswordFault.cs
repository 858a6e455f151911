using System.Globalization;

namespace Gatehouse.Accounts;

/// <summary>Why a password cannot be set: one sentence for the customer. None repeats what was typed.</summary>
internal sealed record PasswordFault
{
    private PasswordFault(string sentence) => Sentence = sentence;

    public static PasswordFault TooLong { get; } = new(string.Create(
        CultureInfo.InvariantCulture, $"Use at most {PasswordText.MaxCodePoints} characters."));

    public static PasswordFault NotText { get; } = new("This password has characters that cannot be stored.");

    public static PasswordFault TooCommon { get; } = new(
        "This password is too common: it is among the first to be guessed.");

    public static PasswordFault ContainsEmail { get; } = new(
        "Your password must not contain your e-mail address or its first part.");

    public static PasswordFault ContainsUsername { get; } = new("Your password must not contain your username.");

    public static PasswordFault ContainsSiteName { get; } = new(
        "Your password must not contain the name of this site.");

    public static PasswordFault PatternMismatch { get; } = new(
        "This password does not have the form this site asks for.");

    public string Sentence { get; }

    public static PasswordFault TooShort(int minLength) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Use at least {minLength} characters."));
}
