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
            : new Page("Use this address?", $"""
                <p>Your account gets mails at this address from now on, and you log in with it.</p>
                {new Form($"/auth/email/{Uri.EscapeDataString(token)}", "Use this address", []).ToHtml()}
                """)
            {
                Place = "/auth/email",
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
        : ProblemPage.Of(problem with { Detail = "It may have been used already, or it is too old by now." }, $"""
            <p><a class="primary" href="{SettingsPage.Path}">Ask again in your settings</a></p>
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
            : new Page("Take the change back?", $"""
                <p>This address becomes your account's again, and everybody is logged out of it.</p>
                <p>Afterwards choose a new password: whoever changed the address knows the one you have.</p>
                {new Form($"/auth/email/undo/{Uri.EscapeDataString(token)}", "Take it back", []).ToHtml()}
                """)
            {
                Place = "/auth/email/undo",
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
        : ProblemPage.Of(problem with { Detail = "It may have been used already, or the three days are over." }, $"""
            <p><a class="primary" href="{ForgottenPage.Path}">Choose a new password</a></p>
            """);
}
