using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Settings;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

// Promises: asks for the password whatever session exists; then, for ten minutes, shows the account and takes its changes.
// The grant is in a cookie that no script reads and no other path of ours gets, so it is never in an address.

/// <summary>The account's settings by plain forms. Each form names what it changes in <c>action</c>.</summary>
internal static class SettingsPage
{
    public const string Path = GrantCookie.Path;

    public static async Task<IResult> Get(
        HttpContext http, SettingsServices services, ServedFeatures served, CancellationToken cancellationToken)
    {
        if (await services.Authenticator.AuthenticateAsync(http, cancellationToken) is not Caller.Known known)
            return ToLogIn();
        return await services.Grants.FindAsync(GrantCookie.Read(http.Request), known.Session, cancellationToken) is { } granted
            ? await ShowAsync(http, granted, refused: null, services, served, cancellationToken)
            : Ask(http, problem: null, served);
    }

    public static async Task<IResult> Post(
        HttpContext http, SettingsServices services, SessionCookie cookies, ServedFeatures served, CancellationToken cancellationToken)
    {
        if (await services.Authenticator.AuthenticateAsync(http, cancellationToken) is not Caller.Known known)
            return ToLogIn();
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        if (form!["action"] is null or "open")
            return await OpenAsync(http, known.Session, form["password"] ?? "", services, cookies, served, cancellationToken);
        if (await services.Grants.FindAsync(GrantCookie.Read(http.Request), known.Session, cancellationToken) is not { } granted)
            return Ask(http, Problems.GrantRequired(), served);
        var (problem, next) = await ChangeAsync(http, granted, form, services, cancellationToken);
        if (problem is null)
            return new SeeOther(next);
        return problem.Status is 422 or 409 or 400
            ? await ShowAsync(http, granted, new Refused(form["action"]!, form, problem), services, served, cancellationToken)
            : problem;
    }

    private static SeeOther ToLogIn() => new(ReturnPath.Parse(Path).After(LogInPage.Path));

    private static async Task<IResult> OpenAsync(
        HttpContext http, Session session, string password, SettingsServices services, SessionCookie cookies,
        ServedFeatures served, CancellationToken cancellationToken)
    {
        var (grant, problem) = await Open.OpenAsync(http, session, password, services, cancellationToken);
        if (grant is null)
            return Ask(http, problem, served);
        GrantCookie.Set(http, cookies, grant.Token);
        return new SeeOther(Path);
    }

    private static async Task<(Problem? Problem, string Next)> ChangeAsync(
        HttpContext http, Granted granted, FormBody form, SettingsServices services, CancellationToken cancellationToken)
    {
        switch (form["action"])
        {
            case "username":
                var request = new ChangeAccountRequest { Username = form["username"] ?? "" };
                return (await AccountSettings.ChangeAsync(http, granted, request, services, cancellationToken), Notice.On(Path, Notice.Saved));
            case "email":
                return (await ChangeEmail.AskAsync(http, granted, form["email"] ?? "", services, cancellationToken),
                    Notice.On(Path, Notice.EmailAsked));
            case "password":
                return (await ChangePassword.HandleAsync(http, granted, form["password"] ?? "", services, cancellationToken),
                    Notice.On(Path, Notice.OwnPasswordChanged));
            case "end" when form["session"] is { } id:
                return (await Devices.EndOneAsync(http, granted, id, services, cancellationToken), Notice.On(Path, Notice.SessionsEnded));
            case "end_others":
                return (await Devices.EndOthersAsync(http, granted, services, cancellationToken), Notice.On(Path, Notice.SessionsEnded));
            case "delete":
                return (await DeleteAccount.HandleAsync(http, granted, services, cancellationToken), Notice.On(HomePage.Path, Notice.Deleted));
            default:
                return (Problems.BadRequest("action", "is none of this page's"), Path);
        }
    }

    private static Page Ask(HttpContext http, Problem? problem, ServedFeatures served)
    {
        var form = new Form(Path, "Open the settings", [Field.Password("Password", "current-password")])
        {
            Problem = problem,
            WrongPassword = "This is not the password of the account.",
            Hidden = [("action", "open")],
        };
        return new Page("Settings", $"""
            {(problem is null ? Notice.Of(http.Request) : null)}
            <p>Settings always ask for your password again, also while you are logged in.</p>
            {form.ToHtml()}
            <nav aria-label="Other ways"><p><a href="{HomePage.Path}">Home</a>{ToRecovery(served)}</p></nav>
            """)
        {
            Problem = problem,
        };
    }

    private static Html? ToRecovery(ServedFeatures served) => served.Have(GatehouseFeatures.Recovery)
        ? Html.Of($""" · <a href="{ForgottenPage.Path}">Forgot your password?</a>""")
        : null;

    private static async Task<IResult> ShowAsync(
        HttpContext http, Granted granted, Refused? refused, SettingsServices services, ServedFeatures served, CancellationToken cancellationToken)
    {
        if (await AccountSettings.FindAsync(granted, services, cancellationToken) is not { } account)
            return ToLogIn(); // deleted just now
        var devices = await services.Sessions.ListAsync(account.Id, cancellationToken);
        var events = await EventList.ListAsync(granted, before: null, most: 10, services, cancellationToken);
        return new SettingsView(account, devices, events, granted.Session.Id, refused, services.Settings, served).ToPage(http.Request);
    }

    /// <summary>The form that was refused, and what stood in it.</summary>
    internal sealed record Refused(string Action, FormBody Form, Problem Problem);
}
