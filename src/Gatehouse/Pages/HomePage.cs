using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>The landing page for guests, home for customers; its one form logs out.</summary>
internal static class HomePage
{
    public const string Path = "/";

    public static async Task<IResult> Get(
        HttpContext http, Authenticator authenticator, GatehouseSettings settings, ServedFeatures served,
        CancellationToken cancellationToken) =>
        await authenticator.AuthenticateAsync(http, cancellationToken) switch
        {
            Caller.Known known => ForCustomer(http.Request, known.Session, served),
            Caller.Refused => Problems.InvalidToken(),
            _ => ForGuest(http.Request, settings, served),
        };

    public static async Task<IResult> Post(HttpContext http, LogOutServices services, CancellationToken cancellationToken)
    {
        var (_, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        await LogOut.HandleAsync(http, services, cancellationToken);
        return new SeeOther(Notice.On(Path, Notice.LoggedOut));
    }

    private static Page ForGuest(HttpRequest request, GatehouseSettings settings, ServedFeatures served)
    {
        var open = SignUpPage.IsOpen(settings, served);
        var what = new Phrase(open ? "home.guest" : "home.guest_closed", ("site", settings.Pages.Title));
        return new Page("home.welcome", speech => $"""
            {Notice.Of(request)?.ToHtml(speech)}
            <p>{speech.Say(what)}</p>
            <p class="actions"><a class="primary" href="{LogInPage.Path}">{speech["log_in.button"]}</a>
            {(open ? Html.Of($"""<a class="secondary" href="{SignUpPage.Path}">{speech["sign_up.button"]}</a>""") : null)}</p>
            """);
    }

    private static Page ForCustomer(HttpRequest request, Session session, ServedFeatures served) => new("home.title", speech => $"""
        {Notice.Of(request)?.ToHtml(speech)}
        <div class="who">{Who(session)}
        <p>{(session.ProfileName is null ? null : Html.Of($"<strong><bdi>{session.ProfileName}</bdi></strong>"))}
        <small><bdi>{session.Email ?? session.Username}</bdi></small></p></div>
        <p class="actions">{(served.Have(GatehouseFeatures.Users) ? Choose(session, speech) : null)}{ToSettings(served, speech)}</p>
        {new Form(Path, "home.log_out", []) { Quiet = true }.ToHtml(speech)}
        """);

    private static Html? Who(Session session) => session.UserId is { } id && session.ProfileName is { } name ? Avatar.ToHtml(id, name) : null;

    private static Html? ToSettings(ServedFeatures served, Speech speech) => served.Have(GatehouseFeatures.Settings)
        ? Html.Of($""" <a class="secondary" href="{SettingsPage.Path}">{speech["settings.title"]}</a>""")
        : null;

    private static Html Choose(Session session, Speech speech) => session.UserId is null
        ? Html.Of($"""<a class="primary" href="{UsersPage.Path}">{speech["users.title"]}</a>""")
        : Html.Of($"""<a class="secondary" href="{UsersPage.Path}">{speech["home.another_user"]}</a>""");
}
