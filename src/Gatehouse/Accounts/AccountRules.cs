using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Security;

namespace Gatehouse.Accounts;

/// <summary>What the operator's settings ask of usernames and passwords, compiled once.</summary>
internal sealed class AccountRules(GatehouseSettings settings)
{
    private readonly OperatorPattern usernames = Compile(settings.SignUp.UsernamePattern);

    private readonly PasswordPolicy passwords = new(
        settings.SignUp.PasswordMinLength,
        settings.SignUp.PasswordPattern is { } pattern ? Compile(pattern) : null);

    public Username? ParseUsername(string? text) => Username.TryParse(text, usernames, out var username) ? username : null;

    /// <summary>A password fit to be set for this account, or the problem that says why not.</summary>
    public (NewPassword? Password, Problem? Problem) ParseNewPassword(string text, EmailAddress? email, Username? username) =>
        NewPassword.TryParse(
            text, passwords, new PasswordContext(email, username, settings.PublicUrl.Host, settings.Pages.Title),
            out var password, out var fault)
            ? (password, null)
            : (null, Problems.WeakPassword(fault.Sentence));

    /// <summary>A password presented for checking; one that can't be anybody's is refused before any hashing.</summary>
    public static (PresentedPassword? Password, Problem? Problem) ParsePresented(string text) =>
        text.Length == 0 ? (null, Problems.BadRequest("password", "error.empty"))
        : PresentedPassword.TryParse(text, out var password) ? (password, null)
        : (null, Problems.WeakPassword(PasswordFault.TooLong.Sentence));

    private static OperatorPattern Compile(string text) => OperatorPattern.TryParse(text, out var pattern)
        ? pattern
        : throw new ArgumentException("Patterns were checked at start.", nameof(text));
}
