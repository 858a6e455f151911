using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.SignUp;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

internal static class SignUpPage
{
    public const string Path = "/auth/signup";

    /// <summary>Whether there is anything behind a link to this page.</summary>
    public static bool IsOpen(GatehouseSettings settings, ServedFeatures served) =>
        settings.SignUp.Mode != SignUpMode.Closed && served.Have(GatehouseFeatures.SignUp);

    public static IResult Get(HttpContext http, GatehouseSettings settings, ServedFeatures served)
    {
        string? invite = http.Request.Query["invite"];
        return settings.SignUp.Mode == SignUpMode.Closed
            ? Problems.SignUpClosed()
            : Show(new Typed(null, null, string.IsNullOrEmpty(invite) ? null : invite), problem: null, settings, served);
    }

    public static async Task<IResult> Post(
        HttpContext http, SignUpServices services, ServedFeatures served, CancellationToken cancellationToken)
    {
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        var request = new SignUpRequest
        {
            Email = form!["email"],
            Username = form["username"],
            Password = form["password"] ?? "",
            DisplayName = form["displayname"],
            Invite = form["invite"],
        };
        var problem = await SignUp.SignUp.HandleAsync(http, request, http.GetSpeech().Language, services, cancellationToken);
        if (problem is null)
            return new SeeOther(CheckMailPage.Path);
        return problem.Code == "signup_closed"
            ? problem
            : Show(new Typed(request.Email, request.DisplayName, request.Invite), problem, services.Settings, served);
    }

    private static Page Show(Typed typed, Problem? problem, GatehouseSettings settings, ServedFeatures served)
    {
        // An invite from the link goes along unseen, until it is the one thing to mend.
        var askInvite = problem is { Code: "invite_required" or "invite_invalid" }
            || (settings.SignUp.Mode == SignUpMode.InviteOnly && typed.Invite is null);
        var form = new Form(Path, "sign_up.button",
        [
            Field.Email(typed.Email),
            Field.NewPassword("field.password", settings.SignUp),
            new Field("displayname", "field.your_name", "text", "nickname") { Value = typed.Name, Optional = true },
            .. askInvite ? [InviteField(typed.Invite, settings)] : Array.Empty<Field>(),
        ])
        {
            Problem = problem,
            Hidden = [("invite", askInvite ? null : typed.Invite)],
        };
        return new Page("sign_up.title", speech => $"""
            {ProviderLinks.ToHtml(settings, served, ReturnPath.Home, typed.Invite, speech)}
            {form.ToHtml(speech)}
            <nav aria-label="{speech["page.ways"]}">
            <p>{speech["sign_up.have_account"]} <a href="{LogInPage.Path}">{speech["log_in.button"]}</a></p></nav>
            """)
        {
            Problem = problem,
            Place = typed.Invite is null ? null : Path,
        };
    }

    public static Field InviteField(string? invite, GatehouseSettings settings) => new("invite", "field.invite", "text", "off")
    {
        Value = invite,
        Hint = "field.invite.hint",
        Optional = settings.SignUp.Mode != SignUpMode.InviteOnly,
    };

    private sealed record Typed(string? Email, string? Name, string? Invite);
}
