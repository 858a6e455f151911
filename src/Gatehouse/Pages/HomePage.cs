using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Sessions;
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
        var closed = !SignUpPage.IsOpen(settings, served);
        return new Page("Welcome", $"""
            {Notice.Of(request)}
            <p>This is the door to {settings.Pages.Title}. Log in to your account{(closed ? "" : ", or make one")}.</p>
            <p class="actions"><a class="primary" href="{LogInPage.Path}">Log in</a>
            {(closed ? null : Html.Of($"""<a class="secondary" href="{SignUpPage.Path}">Sign up</a>"""))}</p>
            """);
    }

    private static Page ForCustomer(HttpRequest request, Session session, ServedFeatures served) => new("You are logged in", $"""
        {Notice.Of(request)}
        {(session.ProfileName is null ? null : Html.Of($"""<p class="who"><bdi>{session.ProfileName}</bdi></p>"""))}
        <p>Your account: <bdi>{session.Email ?? session.Username}</bdi></p>
        <p class="actions">{(served.Have(GatehouseFeatures.Users) ? Choose(session) : null)}{ToSettings(served)}</p>
        {new Form(Path, "Log out", []) { Quiet = true }.ToHtml()}
        """);

    private static Html? ToSettings(ServedFeatures served) => served.Have(GatehouseFeatures.Settings)
        ? Html.Of($""" <a class="secondary" href="{SettingsPage.Path}">Settings</a>""")
        : null;

    private static Html Choose(Session session) => session.UserId is null
        ? Html.Of($"""<a class="primary" href="{UsersPage.Path}">Who is it today?</a>""")
        : Html.Of($"""<a class="secondary" href="{UsersPage.Path}">Choose another user</a>""");
}
