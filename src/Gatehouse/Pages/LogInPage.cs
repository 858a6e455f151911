using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

internal static class LogInPage
{
    public const string Path = "/auth/login";

    public static async Task<IResult> Get(
        HttpContext http, Authenticator authenticator, SessionCookie cookies, GatehouseSettings settings, ServedFeatures served,
        CancellationToken cancellationToken)
    {
        CookieProbe.Set(http, cookies);
        var target = ReturnPath.Parse(http.Request.Query["return"]);
        // A way on, not a redirect: where an application sends back who is logged in, that would go round in circles.
        return await authenticator.AuthenticateAsync(http, cancellationToken) is Caller.Known
            ? Show(http, target, typed: null, problem: null, settings, served, Already(target))
            : Show(http, target, typed: null, problem: null, settings, served);
    }

    public static async Task<IResult> Post(
        HttpContext http, LogInServices services, SessionCookie cookies, GatehouseSettings settings, ServedFeatures served,
        CancellationToken cancellationToken)
    {
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        var target = ReturnPath.Parse(form!["return"]);
        var request = new LogInRequest
        {
            Email = form["email"],
            Username = form["username"],
            Password = form["password"],
            UserId = form["user_id"],
        };
        if (CookieProbe.IsLost(http.Request, form[CookieProbe.Field], cookies))
            return new SeeOther(Notice.On(target.After(Path), Notice.Cookies));
        var (issued, problem) = await LogIn.HandleAsync(http, request, SessionVia.Cookie, services, cancellationToken);
        if (problem is not null)
            return Show(http, target, request.Email ?? request.Username, problem, settings, served);
        services.Answers.Issue(http, issued!, note: null);
        var choose = issued!.Session.UserId is null && served.Have(GatehouseFeatures.Users);
        return new SeeOther(choose ? target.After(UsersPage.Path) : target.Path);
    }

    private static Page Show(
        HttpContext http, ReturnPath target, string? typed, Problem? problem, GatehouseSettings settings, ServedFeatures served,
        Func<Speech, Html>? already = null)
    {
        var form = new Form(Path, "log_in.button", [Field.EmailOrUsername(typed), Field.Password()])
        {
            Problem = problem,
            Hidden = [("return", target == ReturnPath.Home ? null : target.Path), (CookieProbe.Field, "1")],
        };
        return new Page("log_in.title", speech => $"""
            {(problem is null ? Notice.Of(http.Request)?.ToHtml(speech) : null)}
            {already?.Invoke(speech) ?? ToGoOn(target, problem, speech)}
            {ProviderLinks.ToHtml(settings, served, target, invite: null, speech)}
            {form.ToHtml(speech)}
            {Resend(problem, served, speech)}
            <nav aria-label="{speech["page.ways"]}">
            {Recover(served, speech)}
            {SignUpLink(settings, served, speech)}
            </nav>
            """)
        {
            Problem = problem,
        };
    }

    /// <summary>For who logged in elsewhere meanwhile, or came by an old link.</summary>
    private static Func<Speech, Html> Already(ReturnPath target) => speech => $"""
        <p class="notice" role="status">{speech["log_in.already"]} <a href="{target.Path}">{speech["log_in.go_on"]}</a></p>
        """;

    /// <summary>For who is here because a page asked for it, and may have been logged out elsewhere.</summary>
    private static Html? ToGoOn(ReturnPath target, Problem? problem, Speech speech) =>
        target == ReturnPath.Home || problem is not null ? null : Html.Of($"<p>{speech["log_in.to_go_on"]}</p>");

    private static Html? Recover(ServedFeatures served, Speech speech) => served.Have(GatehouseFeatures.Recovery)
        ? Html.Of($"""<p><a href="{ForgottenPage.Path}">{speech["recovery.title"]}</a></p>""")
        : null;

    private static Html? Resend(Problem? problem, ServedFeatures served, Speech speech) =>
        problem is { Code: "account_unverified" } && served.Have(GatehouseFeatures.SignUp)
        ? Html.Of($"""<p class="more"><a href="{CheckMailPage.Path}">{speech["log_in.resend"]}</a></p>""")
        : null;

    private static Html? SignUpLink(GatehouseSettings settings, ServedFeatures served, Speech speech) => SignUpPage.IsOpen(settings, served)
        ? Html.Of($"""<p>{speech["log_in.new_here"]} <a href="{SignUpPage.Path}">{speech["sign_up.button"]}</a></p>""")
        : null;
}
