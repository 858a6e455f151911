using Gatehouse.Http;
using Gatehouse.Links;
using Gatehouse.Settings;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>What the link to a new address opens: one button, because mail scanners follow links (GH-SEC-133, 134).</summary>
internal static class NewEmailPage
{
    public const string Path = "/auth/email/{token}";

    public static async Task<IResult> Get(
        HttpContext http, string token, SettingsServices services, CancellationToken cancellationToken) =>
        await ChangeEmail.LookAsync(http, token, LinkPurpose.ChangeEmail, services, cancellationToken) is { } problem
            ? Refuse(problem)
            : new Page("new_email.title", speech => $"""
                <p>{speech["new_email.what"]}</p>
                {new Form($"/auth/email/{Uri.EscapeDataString(token)}", "new_email.button", []).ToHtml(speech)}
                """)
            {
                Place = SettingsPage.Path, // a page that is there when this one is loaded again
            };

    public static async Task<IResult> Post(
        HttpContext http, string token, SettingsServices services, CancellationToken cancellationToken)
    {
        var (_, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        return await ChangeEmail.CompleteAsync(http, token, services, cancellationToken) is { } problem
            ? Refuse(problem)
            : new SeeOther(Notice.On(HomePage.Path, Notice.EmailChanged));
    }

    private static Page Refuse(Problem problem) => problem.Code != "link_invalid"
        ? ProblemPage.Of(problem)
        : ProblemPage.Of(problem with { Detail = "link.old" }, speech => $"""
            <p><a class="primary" href="{SettingsPage.Path}">{speech["new_email.again"]}</a></p>
            """);
}

/// <summary>What the link to the old address opens: takes the change back and logs everybody out.</summary>
internal static class OldEmailPage
{
    public const string Path = "/auth/email/undo/{token}";

    public static async Task<IResult> Get(
        HttpContext http, string token, SettingsServices services, CancellationToken cancellationToken) =>
        await ChangeEmail.LookAsync(http, token, LinkPurpose.UndoEmail, services, cancellationToken) is { } problem
            ? Refuse(problem)
            : new Page("old_email.title", speech => $"""
                <p>{speech["old_email.what"]}</p>
                <p>{speech["old_email.afterwards"]}</p>
                {new Form($"/auth/email/undo/{Uri.EscapeDataString(token)}", "old_email.button", []).ToHtml(speech)}
                """)
            {
                Place = ForgottenPage.Path,
            };

    public static async Task<IResult> Post(
        HttpContext http, string token, SettingsServices services, ServedFeatures served, CancellationToken cancellationToken)
    {
        var (_, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        return await ChangeEmail.UndoAsync(http, token, services, cancellationToken) is { } problem
            ? Refuse(problem)
            : new SeeOther(Notice.On(served.Have(GatehouseFeatures.Recovery) ? ForgottenPage.Path : LogInPage.Path, Notice.TakenBack));
    }

    private static Page Refuse(Problem problem) => problem.Code != "link_invalid"
        ? ProblemPage.Of(problem)
        : ProblemPage.Of(problem with { Detail = "link.old_undo" }, speech => $"""
            <p><a class="primary" href="{ForgottenPage.Path}">{speech["recovery.choose"]}</a></p>
            """);
}
