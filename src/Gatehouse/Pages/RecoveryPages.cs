using Gatehouse.Http;
using Gatehouse.Recovery;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>A forgotten password: asks for a link. Says the same for every address.</summary>
internal static class ForgottenPage
{
    public const string Path = "/auth/passwd";

    public static IResult Get(HttpContext http) =>
        http.Request.Query["note"] == Notice.Sent ? Sent() : Show(null, null, Notice.Of(http.Request));

    public static async Task<IResult> Post(HttpContext http, RecoveryServices services, CancellationToken cancellationToken)
    {
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        var name = form!["email"] ?? form["username"];
        var problem = await Recover.AskAsync(http, name ?? "", services, cancellationToken);
        return problem is null ? new SeeOther(Notice.On(Path, Notice.Sent)) : Show(name, problem);
    }

    private static Page Show(string? typed, Problem? problem, Notice? notice = null) => new("recovery.title", speech => $"""
        {notice?.ToHtml(speech)}
        <p>{speech["recovery.what"]}</p>
        {new Form(Path, "recovery.button", [Field.EmailOrUsername(typed)]) { Problem = problem }.ToHtml(speech)}
        <nav aria-label="{speech["page.ways"]}"><p><a href="{LogInPage.Path}">{speech["recovery.back"]}</a></p></nav>
        """)
    {
        Problem = problem,
    };

    private static Page Sent() => new("check_mail.title", speech => $"""
        <p role="status">{speech["recovery.sent"]}</p>
        <p>{speech["recovery.spam"]}</p>
        <nav aria-label="{speech["page.ways"]}"><p><a href="{Path}">{speech["recovery.another"]}</a></p></nav>
        """);
}

/// <summary>What the link in the reset mail opens: a new password, and then to the login page.</summary>
internal static class NewPasswordPage
{
    public static async Task<IResult> Get(
        HttpContext http, string token, RecoveryServices services, CancellationToken cancellationToken)
    {
        var (_, account, problem) = await Recover.FindAsync(http, token, services, cancellationToken);
        return problem is null ? Show(token, account!.Email, problem: null, services) : Refuse(problem);
    }

    public static async Task<IResult> Post(
        HttpContext http, string token, RecoveryServices services, CancellationToken cancellationToken)
    {
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        var problem = await Recover.ResetAsync(http, token, form!["password"] ?? "", services, cancellationToken);
        if (problem is null)
            return new SeeOther(Notice.On(LogInPage.Path, Notice.PasswordChanged));
        if (problem.Code != "weak_password")
            return Refuse(problem);
        var (_, account, _) = await Recover.FindAsync(http, token, services, cancellationToken);
        return Show(token, account?.Email, problem, services);
    }

    private static Page Show(string token, string? email, Problem? problem, RecoveryServices services)
    {
        var form = new Form($"{ForgottenPage.Path}/{Uri.EscapeDataString(token)}", "recovery.set",
            [Field.NewPassword("field.new_password", services.Settings.SignUp)])
        {
            Problem = problem,
            Owner = email,
        };
        return new Page("recovery.choose", speech => $"""
            <p>{speech["recovery.afterwards"]}</p>
            {form.ToHtml(speech)}
            """)
        {
            Problem = problem,
            Place = ForgottenPage.Path,
        };
    }

    private static Page Refuse(Problem problem) => problem.Code != "link_invalid"
        ? ProblemPage.Of(problem)
        : ProblemPage.Of(problem with { Detail = "link.old" }, speech => $"""
            <p><a class="primary" href="{ForgottenPage.Path}">{speech["recovery.again"]}</a></p>
            """);
}
