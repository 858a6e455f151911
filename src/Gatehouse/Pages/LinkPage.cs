using Gatehouse.Http;
using Gatehouse.SocialLogin;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>"Is this you?": asks for the password of the account that has the address a provider vouched for.</summary>
internal static class LinkPage
{
    public const string Path = "/auth/link/{provider}";

    public static async Task<IResult> Get(
        HttpContext http, string provider, SocialServices services, CancellationToken cancellationToken) =>
        await ShowAsync(http, provider, problem: null, services, cancellationToken);

    public static async Task<IResult> Post(
        HttpContext http, string provider, SocialServices services, CancellationToken cancellationToken)
    {
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        var (entered, problem) = await MatchIdentity.HandleAsync(http, provider, form!["password"] ?? "", services, cancellationToken);
        if (problem is not null)
            return await ShowAsync(http, provider, problem, services, cancellationToken);
        services.LogIn.Answers.Issue(http, entered!.Issued, note: null);
        return new SeeOther(Arrive.WayOn(entered.Issued, entered.ReturnTo, services.Served));
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, string provider, Problem? problem, SocialServices services, CancellationToken cancellationToken)
    {
        if (services.Providers.Find(provider) is not { } found)
            return Problems.NotFound();
        if (await MatchIdentity.FindAsync(http, provider, services, cancellationToken) is not var (match, account))
            return ProblemPage.Of(Problems.LoginExpired(), speech => $"""<p>{ToLogIn("primary", "log_in.button", speech)}</p>""");
        var form = new Form(MatchIdentity.PathOf(provider), "link.button", [Field.Password("field.account_password")])
        {
            Problem = problem,
            WrongPassword = "error.account_password",
            Owner = account.Email,
        };
        var name = Html.Of($"<strong>{found.Title}</strong>");
        return new Page("link.title", speech => account.PasswordHash is null
            ? Html.Of($"""
                <p>{Html.Say(speech, "link.no_password", ("name", name))}</p>
                <p>{ToLogIn("primary", "log_in.button", speech)}</p>
                """)
            : Html.Of($"""
                <p>{Html.Say(speech, "link.what", ("name", name), ("email", Html.Of($"<strong><bdi>{match.Name ?? account.Email}</bdi></strong>")))}</p>
                {form.ToHtml(speech)}
                <nav aria-label="{speech["page.ways"]}">
                {(services.Served.Have(GatehouseFeatures.Recovery) ? Html.Of($"""<p><a href="{ForgottenPage.Path}">{speech["recovery.title"]}</a></p>""") : null)}
                <p>{ToLogIn(null, "link.not_me", speech)}</p></nav>
                """))
        {
            Problem = problem,
        };
    }

    private static Html ToLogIn(string? look, string text, Speech speech) =>
        $"""<a{(look is null ? null : Html.Of($""" class="{look}" """))} href="{LogInPage.Path}">{speech[text]}</a>""";
}
