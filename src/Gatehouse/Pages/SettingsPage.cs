using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Sessions;
using Gatehouse.Settings;
using Gatehouse.SocialLogin;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

// Promises: asks for the password whatever session exists; then, for ten minutes, shows the account and takes its changes.
// The grant is in a cookie that no script reads and no other path of ours gets, so it is never in an address.

/// <summary>The account's settings by plain forms. Each form names what it changes in <c>action</c>.</summary>
internal static class SettingsPage
{
    public const string Path = GrantCookie.Path;

    public static async Task<IResult> Get(HttpContext http, SettingsPageServices services, CancellationToken cancellationToken)
    {
        if (await services.Settings.Authenticator.AuthenticateAsync(http, cancellationToken) is not Caller.Known known)
            return ToLogIn();
        return await FindGrantAsync(http, known.Session, services, cancellationToken) is { } granted
            ? await ShowAsync(http, granted, refused: null, services, cancellationToken)
            : await AskAsync(http, known.Session, problem: null, services, cancellationToken);
    }

    public static async Task<IResult> Post(HttpContext http, SettingsPageServices services, CancellationToken cancellationToken)
    {
        if (await services.Settings.Authenticator.AuthenticateAsync(http, cancellationToken) is not Caller.Known known)
            return ToLogIn();
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        if (form!["action"] is null or "open")
            return await OpenAsync(http, known.Session, form["password"] ?? "", services, cancellationToken);
        if (form["action"] is "open_with" && form["via"] is { } way)
            return await OpenWithAsync(http, known.Session, way, services, cancellationToken);
        if (await FindGrantAsync(http, known.Session, services, cancellationToken) is not { } granted)
            return await AskAsync(http, known.Session, Problems.GrantRequired(), services, cancellationToken);
        if (form["action"] is "link" && form["via"] is { } via)
            return await LinkAsync(http, granted, form, via, services, cancellationToken);
        var (problem, next) = await SettingsActions.ChangeAsync(http, granted, form, services, cancellationToken);
        if (problem is null)
            return new SeeOther(next);
        return problem.Status is 422 or 409 or 400
            ? await ShowAsync(http, granted, new Refused(form["action"]!, form, problem), services, cancellationToken)
            : problem;
    }

    private static ValueTask<Granted?> FindGrantAsync(
        HttpContext http, Session session, SettingsPageServices services, CancellationToken cancellationToken) =>
        services.Settings.Grants.FindAsync(GrantCookie.Read(http.Request), session, cancellationToken);

    private static SeeOther ToLogIn() => new(ReturnPath.Parse(Path).After(LogInPage.Path));

    private static async Task<IResult> OpenAsync(
        HttpContext http, Session session, string password, SettingsPageServices services, CancellationToken cancellationToken)
    {
        var (grant, problem) = await Open.OpenAsync(http, session, password, services.Settings, cancellationToken);
        if (grant is null)
            return await AskAsync(http, session, problem, services, cancellationToken);
        GrantCookie.Set(http, services.Cookies, grant.Token);
        return new SeeOther(Path);
    }

    /// <summary>To the provider, for a fresh login there; it comes back with a grant.</summary>
    private static async Task<IResult> OpenWithAsync(
        HttpContext http, Session session, string via, SettingsPageServices services, CancellationToken cancellationToken)
    {
        if (via == JlinxServices.Provider && services.Settings.Jlinx.IsServed)
        {
            var (asked, unable) = await AskToLogIn.BeginOpenAsync(http, session, services.Settings.Jlinx, cancellationToken);
            return asked is null
                ? await AskAsync(http, session, unable, services, cancellationToken)
                : JlinxPage.Wait(http, asked, TicketPurpose.Open, ReturnPath.Home, services.Cookies);
        }
        var wish = new FreshLogin.Wish(ByProgram: false, Path);
        var (_, location, problem) = await OtherWays.OpenAsync(http, session, via, wish, services.Settings, cancellationToken);
        return problem is null ? new ToProvider(location!) : await AskAsync(http, session, problem, services, cancellationToken);
    }

    private static async Task<IResult> LinkAsync(
        HttpContext http, Granted granted, FormBody form, string via, SettingsPageServices services, CancellationToken cancellationToken)
    {
        if (via == JlinxServices.Provider && services.Settings.Jlinx.IsServed)
        {
            var (made, unable) = await Offer.BeginLinkAsync(http, granted, services.Settings.Jlinx, cancellationToken);
            return made is null
                ? await ShowAsync(http, granted, new Refused("link", form, unable!), services, cancellationToken)
                : JlinxPage.Wait(http, made, TicketPurpose.Link, invite: null, ReturnPath.Home, services.Cookies);
        }
        var (location, problem) = await OtherWays.AddAsync(http, granted, via, returnTo: null, services.Settings, cancellationToken);
        return problem is null
            ? new ToProvider(location!)
            : await ShowAsync(http, granted, new Refused("link", form, problem), services, cancellationToken);
    }

    private static async Task<Page> AskAsync(
        HttpContext http, Session session, Problem? problem, SettingsPageServices services, CancellationToken cancellationToken)
    {
        var (account, identities) = await services.Settings.Database.ReadAsync(async db =>
            (await AccountStore.FindAsync(db, session.AccountId), await Identities.ListAsync(db, session.AccountId)), cancellationToken);
        var social = services.Served.Have(GatehouseFeatures.SocialLogin) ? services.Settings.Settings.Social : [];
        var ways = social.Where(one => identities.Any(identity => identity.Provider == one.Name)).ToArray();
        var own = services.Settings.Jlinx.IsServed && identities.Any(identity => identity.Provider == JlinxServices.Provider);
        return account is { PasswordHash: null } && (ways.Length > 0 || own)
            ? AskElsewhere(http, ways, own, problem)
            : Ask(http, session, problem, services.Served);
    }

    private static Page AskElsewhere(HttpContext http, IReadOnlyList<SocialSettings> ways, bool own, Problem? problem) =>
        new("settings.title", speech => $"""
            {(problem is null ? Notice.Of(http.Request)?.ToHtml(speech) : Html.Of($"""<p class="alert" role="alert">{speech.Say(problem.Detail)}</p>"""))}
            <p>{speech["settings.ask_elsewhere"]}</p>
            <form method="post" action="{Path}"><input type="hidden" name="action" value="open_with"><div class="providers">
            {ways.Select(way => Html.Of($"""
                <button type="submit" class="primary" name="via" value="{way.Name}">{speech.Say(new Phrase("settings.open_with", ("name", way.Title)))}</button>
                """))}{(own ? Html.Of($"""
                <button type="submit" class="primary" name="via" value="{JlinxServices.Provider}">{speech["settings.open_with_own"]}</button>
                """) : null)}</div></form>
            <nav aria-label="{speech["page.ways"]}"><p><a href="{HomePage.Path}">{speech["page.home"]}</a></p></nav>
            """)
        {
            Problem = problem,
        };

    private static Page Ask(HttpContext http, Session session, Problem? problem, ServedFeatures served)
    {
        var form = new Form(Path, "settings.open", [Field.Password()])
        {
            Problem = problem,
            WrongPassword = "error.account_password",
            Hidden = [("action", "open")],
            Owner = session.Email ?? session.Username,
        };
        return new Page("settings.title", speech => $"""
            {(problem is null ? Notice.Of(http.Request)?.ToHtml(speech) : null)}
            <p>{speech["settings.ask"]}</p>
            {form.ToHtml(speech)}
            <nav aria-label="{speech["page.ways"]}"><p><a href="{HomePage.Path}">{speech["page.home"]}</a></p>
            {(served.Have(GatehouseFeatures.Recovery)
                ? Html.Of($"""<p><a href="{ForgottenPage.Path}">{speech["recovery.title"]}</a></p>""")
                : null)}</nav>
            """)
        {
            Problem = problem,
        };
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, Granted granted, Refused? refused, SettingsPageServices services, CancellationToken cancellationToken)
    {
        if (await AccountSettings.FindAsync(granted, services.Settings, cancellationToken) is not { } account)
            return ToLogIn(); // deleted just now
        var session = granted.Session;
        var identities = await services.Settings.Database.ReadAsync(db => Identities.ListAsync(db, account.Id), cancellationToken);
        var users = await UserFlows.ListAsync(session, services.Users, cancellationToken);
        var devices = await services.Settings.Sessions.ListAsync(account.Id, cancellationToken);
        var events = await EventList.ListAsync(granted, before: null, most: 10, services.Settings, cancellationToken);
        return new SettingsView(account, identities, users, devices, events, session, refused, services.Settings.Settings, services.Served)
            .ToPage(http.Request);
    }

    /// <summary>The form that was refused, and what stood in it.</summary>
    internal sealed record Refused(string Action, FormBody Form, Problem Problem);
}

/// <summary>What the settings page works with.</summary>
internal sealed record SettingsPageServices(
    SettingsServices Settings, UserServices Users, SessionCookie Cookies, ServedFeatures Served);
