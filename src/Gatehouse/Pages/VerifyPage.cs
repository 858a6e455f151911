using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.SignUp;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

// Promises: GET shows a form and changes nothing; the account is confirmed by a customer's own click alone (GH-SEC-133,
// 134). The link is opened from a mail, which browsers treat as coming from another site: no cookie is counted on.

/// <summary>What the link in the verification mail opens, under both of its addresses.</summary>
internal static class VerifyPage
{
    public static async Task<IResult> Get(
        HttpContext http, string token, SignUpServices services, CancellationToken cancellationToken)
    {
        var (found, problem) = await Verify.FindAsync(http, token, services, cancellationToken);
        return problem is null
            ? Show(token, found!.Pending.Email, found.Pending.DisplayName, problem: null, services.Settings)
            : Refuse(problem);
    }

    /// <summary>The older address of the same page.</summary>
    public static Task<IResult> GetInvite(
        HttpContext http, string? confirmation, SignUpServices services, CancellationToken cancellationToken) =>
        Get(http, confirmation ?? "", services, cancellationToken);

    public static async Task<IResult> Post(
        HttpContext http, string token, SignUpServices services, CancellationToken cancellationToken)
    {
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        if (!services.Settings.Verification.AskPassword)
        {
            var (_, refused) = await Verify.ConfirmAsync(http, token, form!["user_name"], services, cancellationToken);
            return refused is null ? new SeeOther(Notice.On(LogInPage.Path, Notice.Confirmed)) : Refuse(refused);
        }
        var request = new VerifyRequest { UserName = form!["user_name"], Password = form["password"] };
        var (verified, problem) = await Verify.VerifyAsync(http, token, request, services, cancellationToken);
        if (problem is not null)
            return IsAboutLink(problem) ? Refuse(problem) : await ShowAgainAsync(http, token, request.UserName, problem, services, cancellationToken);
        services.Answers.Issue(http, verified!.Issued, verified.Note);
        return new SeeOther(Notice.On(HomePage.Path, verified.Note));
    }

    public static Task<IResult> PostInvite(
        HttpContext http, string? confirmation, SignUpServices services, CancellationToken cancellationToken) =>
        Post(http, confirmation ?? "", services, cancellationToken);

    private static bool IsAboutLink(Problem problem) => problem.Code == "link_invalid";

    private static async Task<Page> ShowAgainAsync(
        HttpContext http, string token, string? typed, Problem problem, SignUpServices services, CancellationToken cancellationToken)
    {
        var (found, _) = await Verify.FindAsync(http, token, services, cancellationToken);
        return Show(token, found?.Pending.Email, typed, problem, services.Settings);
    }

    private static Page Show(string token, string? email, string? name, Problem? problem, GatehouseSettings settings)
    {
        var ask = settings.Verification.AskPassword;
        var form = new Form($"{CheckMailPage.Path}/{Uri.EscapeDataString(token)}", ask ? "verify.button" : "verify.button_only", ask
            ?
            [
                new Field("user_name", "field.your_name", "text", "nickname")
                {
                    Value = name,
                    Hint = "verify.name_hint",
                },
                Field.Password() with { Hint = "verify.password_hint" },
            ]
            : [])
        {
            Problem = problem,
            WrongPassword = "verify.wrong_password",
            Owner = ask ? email : null,
        };
        return new Page("verify.title", speech => $"""
            <p>{speech[ask ? "verify.what" : "verify.what_only"]}</p>
            {form.ToHtml(speech)}
            """)
        {
            Problem = problem,
            Place = CheckMailPage.Path,
        };
    }

    private static Page Refuse(Problem problem)
    {
        if (!IsAboutLink(problem))
            return ProblemPage.Of(problem);
        return ProblemPage.Of(problem with { Detail = "link.old" }, speech => $"""
            <p>{Html.Say(speech, "verify.confirmed_already", ("log_in", Link(LogInPage.Path, speech["verify.log_in"])))}</p>
            <p>{Html.Say(speech, "verify.not_confirmed",
                ("new_link", Link(CheckMailPage.Path, speech["verify.new_link"])),
                ("sign_up", Link(SignUpPage.Path, speech["verify.sign_up"])))}</p>
            """);
    }

    private static Html Link(string address, string words) => $"""<a href="{address}">{words}</a>""";
}
