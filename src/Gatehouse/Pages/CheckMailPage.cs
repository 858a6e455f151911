using Gatehouse.Http;
using Gatehouse.SignUp;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>After a sign-up: go and look; and if nothing came, ask again. Says the same for every address.</summary>
internal static class CheckMailPage
{
    public const string Path = "/auth/mail/verify";

    public static IResult Get(HttpContext http) => Show(Notice.Of(http.Request), typed: null, problem: null);

    public static async Task<IResult> Post(HttpContext http, SignUpServices services, CancellationToken cancellationToken)
    {
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        var problem = await Resend.HandleAsync(http, form!["email"] ?? "", services, cancellationToken);
        return problem is null
            ? new SeeOther(Notice.On(Path, Notice.Sent))
            : Show(notice: null, form["email"], problem);
    }

    private static Page Show(Html? notice, string? typed, Problem? problem) => new("Check your email", $"""
        {notice}
        <p>We sent you a mail with a link. Open it to finish; it can take a minute or two, and it may be in the spam folder.</p>
        <h2>No mail?</h2>
        {new Form(Path, "Send it again", [Field.Email(typed)]) { Problem = problem }.ToHtml()}
        """)
    {
        Problem = problem,
    };
}
