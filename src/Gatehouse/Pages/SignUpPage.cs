using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.SignUp;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

internal static class SignUpPage
{
    public const string Path = "/auth/signup";

    /// <summary>Whether there is anything behind a link to this page.</summary>
    public static bool IsOpen(GatehouseSettings settings, ServedFeatures served) =>
        settings.SignUp.Mode != SignUpMode.Closed && served.Have(GatehouseFeatures.SignUp);

    public static IResult Get(HttpContext http, GatehouseSettings settings)
    {
        string? invite = http.Request.Query["invite"];
        return settings.SignUp.Mode == SignUpMode.Closed
            ? Problems.SignUpClosed()
            : Show(new Typed(null, null, string.IsNullOrEmpty(invite) ? null : invite), problem: null, settings);
    }

    public static async Task<IResult> Post(HttpContext http, SignUpServices services, CancellationToken cancellationToken)
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
        var problem = await SignUp.SignUp.HandleAsync(http, request, services, cancellationToken);
        if (problem is null)
            return new SeeOther(CheckMailPage.Path);
        return problem.Code == "signup_closed"
            ? problem
            : Show(new Typed(request.Email, request.DisplayName, request.Invite), problem, services.Settings);
    }

    private static Page Show(Typed typed, Problem? problem, GatehouseSettings settings)
    {
        // An invite from the link goes along unseen, until it is the one thing to mend.
        var askInvite = problem is { Code: "invite_required" or "invite_invalid" }
            || (settings.SignUp.Mode == SignUpMode.InviteOnly && typed.Invite is null);
        var form = new Form(Path, "Sign up",
        [
            Field.Email(typed.Email),
            Field.NewPassword("Password", settings.SignUp),
            new Field("displayname", "Your name", "text", "nickname") { Value = typed.Name, Optional = true },
            .. askInvite ? [InviteField(typed.Invite, settings)] : Array.Empty<Field>(),
        ])
        {
            Problem = problem,
            Hidden = [("invite", askInvite ? null : typed.Invite)],
        };
        return new Page("Sign up", $"""
            {form.ToHtml()}
            <nav aria-label="Other ways"><p>Do you have an account? <a href="{LogInPage.Path}">Log in</a></p></nav>
            """)
        {
            Problem = problem,
            Place = typed.Invite is null ? null : Path,
        };
    }

    private static Field InviteField(string? invite, GatehouseSettings settings) => new("invite", "Invite", "text", "off")
    {
        Value = invite,
        Hint = "The code at the end of the link you were sent.",
        Optional = settings.SignUp.Mode != SignUpMode.InviteOnly,
    };

    private sealed record Typed(string? Email, string? Name, string? Invite);
}
