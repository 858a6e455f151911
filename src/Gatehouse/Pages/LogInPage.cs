using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

internal static class LogInPage
{
    public const string Path = "/auth/login";

    public static IResult Get(HttpContext http, GatehouseSettings settings, ServedFeatures served)
    {
        CookieProbe.Set(http);
        return Show(http, ReturnPath.Parse(http.Request.Query["return"]), typed: null, problem: null, settings, served);
    }

    public static async Task<IResult> Post(
        HttpContext http, LogInServices services, GatehouseSettings settings, ServedFeatures served,
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
        if (CookieProbe.IsLost(http.Request))
            return new SeeOther(Notice.On(Path, Notice.Cookies));
        var (issued, problem) = await LogIn.HandleAsync(http, request, SessionVia.Cookie, services, cancellationToken);
        if (problem is not null)
            return Show(http, target, request.Email ?? request.Username, problem, settings, served);
        services.Answers.Issue(http, issued!, note: null);
        var choose = issued!.Session.UserId is null && served.Have(GatehouseFeatures.Users);
        return new SeeOther(choose ? target.After(UsersPage.Path) : target.Path);
    }

    private static Page Show(
        HttpContext http, ReturnPath target, string? typed, Problem? problem, GatehouseSettings settings, ServedFeatures served)
    {
        var form = new Form(Path, "log_in.button", [Field.EmailOrUsername(typed), Field.Password()])
        {
            Problem = problem,
            Hidden = [("return", target == ReturnPath.Home ? null : target.Path)],
        };
        return new Page("log_in.title", speech => $"""
            {(problem is null ? Notice.Of(http.Request)?.ToHtml(speech) : null)}{ToGoOn(target, problem, speech)}{form.ToHtml(speech)}
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
