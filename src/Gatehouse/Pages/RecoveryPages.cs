using Gatehouse.Http;
using Gatehouse.Recovery;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>A forgotten password: asks for a link. Says the same for every address.</summary>
internal static class ForgottenPage
{
    public const string Path = "/auth/passwd";

    public static IResult Get(HttpContext http) => http.Request.Query["note"] == Notice.Sent ? Sent() : Show(null, null, Notice.Of(http.Request));

    public static async Task<IResult> Post(HttpContext http, RecoveryServices services, CancellationToken cancellationToken)
    {
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        var name = form!["email"] ?? form["username"];
        var problem = await Recover.AskAsync(http, name ?? "", services, cancellationToken);
        return problem is null ? new SeeOther(Notice.On(Path, Notice.Sent)) : Show(name, problem);
    }

    private static Page Show(string? typed, Problem? problem, Html? notice = null) => new("Forgot your password?", $"""
        {notice}
        <p>We send you a link by which you can choose a new one.</p>
        {new Form(Path, "Send the link", [Field.EmailOrUsername(typed)]) { Problem = problem }.ToHtml()}
        <nav aria-label="Other ways"><p><a href="{LogInPage.Path}">Back to log in</a></p></nav>
        """)
    {
        Problem = problem,
    };

    private static Page Sent() => new("Check your email", $"""
        <p role="status">If there is an account for what you entered, a mail with a link is on its way to it.</p>
        <p>It can take a minute or two, and it may be in the spam folder.</p>
        <nav aria-label="Other ways"><p><a href="{Path}">Try another address</a></p></nav>
        """);
}

/// <summary>What the link in the reset mail opens: a new password, and then to the login page.</summary>
internal static class NewPasswordPage
{
    public static async Task<IResult> Get(
        HttpContext http, string token, RecoveryServices services, CancellationToken cancellationToken)
    {
        var (_, _, problem) = await Recover.FindAsync(http, token, services, cancellationToken);
        return problem is null ? Show(token, problem: null, services) : Refuse(problem);
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
        return problem.Code == "weak_password" ? Show(token, problem, services) : Refuse(problem);
    }

    private static Page Show(string token, Problem? problem, RecoveryServices services)
    {
        var form = new Form($"{ForgottenPage.Path}/{Uri.EscapeDataString(token)}", "Set the password",
            [Field.NewPassword("New password", services.Settings.SignUp)])
        {
            Problem = problem,
        };
        return new Page("Choose a new password", $"""
            <p>Afterwards everybody is logged out of your account, and you log in with the new password.</p>
            {form.ToHtml()}
            """)
        {
            Problem = problem,
            Place = ForgottenPage.Path,
        };
    }

    private static Page Refuse(Problem problem) => problem.Code != "link_invalid"
        ? ProblemPage.Of(problem)
        : ProblemPage.Of(problem with { Detail = "It may have been used already, or it is too old by now." }, $"""
            <p><a class="primary" href="{ForgottenPage.Path}">Ask for a new link</a></p>
            """);
}
