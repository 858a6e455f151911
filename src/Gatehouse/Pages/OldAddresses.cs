using Gatehouse.Http;
using Gatehouse.Sessions;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>
/// <c>/auth/?ACTION</c>, as pages of plotdb sites link to it: on to the page of ours that does the same. What it is given
/// to return to is a path of ours or nothing.
/// </summary>
internal static class OldAddresses
{
    public const string Path = "/auth";

    public static async Task<IResult> Get(HttpContext http, Authenticator authenticator, CancellationToken cancellationToken)
    {
        LanguageChoice.Keep(http);
        var target = ReturnPath.Parse(http.Request.Query["nexturl"]);
        return ActionOf(http.Request) switch
        {
            "passwd-reset" or "passwd-change" or "passwd-expire" => new SeeOther(ForgottenPage.Path),
            "passwd-done" => new SeeOther(Notice.On(LogInPage.Path, Notice.PasswordChanged)),
            "mail-expire" => new SeeOther(CheckMailPage.Path),
            "mail-verified" => new SeeOther(Notice.On(LogInPage.Path, Notice.Confirmed)),
            "oauth-done" => new SeeOther(DonePage.Path),
            "oauth-failed" => new SeeOther(FailedPage.Path),
            "signup" => new SeeOther(SignUpPage.Path),
            _ => await authenticator.AuthenticateAsync(http, cancellationToken) is Caller.Known
                ? new SeeOther(target.Path)
                : new SeeOther(target.After(LogInPage.Path)),
        };
    }

    /// <summary>The first parameter's name: such addresses have an action where others have names and values.</summary>
    private static string? ActionOf(HttpRequest request) => request.QueryString.Value is ['?', .. var query]
        ? query.Split('&')[0].Split('=')[0]
        : null;
}

/// <summary>
/// Where a login in a window of its own ends, e.g. one at another site: tells the page that opened it, by its script,
/// and closes itself; without a script it asks the customer to.
/// </summary>
internal static class DonePage
{
    public const string Path = SocialLogin.Arrive.DonePath;

    public static async Task<IResult> Get(HttpContext http, Authenticator authenticator, CancellationToken cancellationToken) =>
        await authenticator.AuthenticateAsync(http, cancellationToken) is not Caller.Known
            ? new SeeOther(LogInPage.Path)
            : new Page("done.title", speech => $"""
                <p role="status">{speech["done.what"]}</p>
                <p><a class="secondary" href="{HomePage.Path}">{speech["page.home"]}</a></p>
                """);
}
