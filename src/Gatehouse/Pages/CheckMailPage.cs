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

    private static Page Show(Notice? notice, string? typed, Problem? problem) => new("check_mail.title", speech => $"""
        {notice?.ToHtml(speech)}
        <p>{speech["check_mail.look"]}</p>
        <h2>{speech["check_mail.none"]}</h2>
        {new Form(Path, "check_mail.button", [Field.Email(typed)]) { Problem = problem, Quiet = true }.ToHtml(speech)}
        """)
    {
        Problem = problem,
    };
}
