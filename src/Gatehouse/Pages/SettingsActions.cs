using Gatehouse.Accounts;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Settings;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>What each form of the open settings does, and what the page says when it is done.</summary>
internal static class SettingsActions
{
    public static async Task<(Problem? Problem, string Next)> ChangeAsync(
        HttpContext http, Granted granted, FormBody form, SettingsPageServices services, CancellationToken cancellationToken)
    {
        var (settings, users) = (services.Settings, services.Users);
        switch (form["action"])
        {
            case "username":
                var request = new ChangeAccountRequest { Username = form["username"] ?? "" };
                return Then(Notice.Saved, await AccountSettings.ChangeAsync(http, granted, request, settings, cancellationToken));
            case "language":
                var spoken = new ChangeAccountRequest { Language = form["language"] ?? "" };
                return (await AccountSettings.ChangeAsync(http, granted, spoken, settings, cancellationToken),
                    $"{Notice.On(SettingsPage.Path, Notice.Saved)}&lng={spoken.Language}"); // from now on the pages are in it too
            case "email":
                return Then(Notice.EmailAsked, await ChangeEmail.AskAsync(http, granted, form["email"] ?? "", settings, cancellationToken));
            case "password":
                return Then(Notice.OwnPasswordChanged,
                    await ChangePassword.HandleAsync(http, granted, form["password"] ?? "", settings, cancellationToken));
            case "add_user":
                var (_, refused) = await UserFlows.CreateAsync(
                    http, granted.Session, new CreateUserRequest { Name = form["name"] ?? "" }, granted, users, cancellationToken);
                return Then(Notice.UserAdded, refused);
            case "rename_user" when form["user"] is { } id:
                var (_, unfit) = await UserFlows.ChangeAsync(
                    granted.Session, id, new ChangeUserRequest { Name = form["name"] ?? "" }, users, cancellationToken);
                return Then(Notice.Saved, unfit);
            case "delete_user" when form["user"] is { } id:
                return Then(Notice.UserDeleted,
                    await UserFlows.DeleteAsync(http, granted.Session, id, password: null, granted, users, cancellationToken));
            case "end" when form["session"] is { } id:
                return Then(Notice.SessionsEnded, await Devices.EndOneAsync(http, granted, id, settings, cancellationToken));
            case "end_others":
                return Then(Notice.SessionsEnded, await Devices.EndOthersAsync(http, granted, settings, cancellationToken));
            case "unlink" when form["identity"] is { } id:
                return Then(Notice.IdentityRemoved, await OtherWays.RemoveAsync(http, granted, id, settings, cancellationToken));
            case "delete":
                return await DeleteAsync(http, granted, form["email"] ?? "", settings, cancellationToken);
            default:
                return (Problems.BadRequest("action", "error.unknown_action"), SettingsPage.Path);
        }
    }

    private static (Problem? Problem, string Next) Then(string notice, Problem? problem) =>
        (problem, Notice.On(SettingsPage.Path, notice));

    /// <summary>Asks for the address to be typed: what can't be undone takes more than a slip of the finger.</summary>
    private static async Task<(Problem? Problem, string Next)> DeleteAsync(
        HttpContext http, Granted granted, string typed, SettingsServices services, CancellationToken cancellationToken)
    {
        var account = await AccountSettings.FindAsync(granted, services, cancellationToken);
        var problem = account is null || IsMeant(account, typed)
            ? await DeleteAccount.HandleAsync(http, granted, services, cancellationToken)
            : Problems.InvalidInput("email", "settings.delete_mistyped");
        return (problem, Notice.On(HomePage.Path, Notice.Deleted));
    }

    // What is copied from a page written from right to left may bring the marks along that hold it apart.
    private static readonly char[] Around = [' ', '\t', '\u2068', '\u2069'];

    private static bool IsMeant(Account account, string typed) =>
        NameToType(account) is not { } name || name.Equals(typed.Trim(Around), StringComparison.OrdinalIgnoreCase);

    /// <summary>What must be typed to delete an account; null for one that has neither address nor name.</summary>
    public static string? NameToType(Account account) => account.Email ?? account.Username;
}
