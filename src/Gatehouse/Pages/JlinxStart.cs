using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>Where it begins: new here, or not.</summary>
internal static class JlinxStart
{
    /// <param name="Identifier">Not null where the customer tried to log in.</param>
    internal sealed record Typed(ReturnPath Target, string? Invite, string? Identifier);

    public static Page Show(HttpContext http, Typed typed, Problem? problem, JlinxServices services)
    {
        var isClosed = services.Pairs.Settings.SignUp.Mode == SignUpMode.Closed;
        var (settings, invite) = (services.Pairs.Settings, typed.Invite is { Length: > 0 } given ? given : null);
        (string, string?)[] along = [("return", typed.Target == ReturnPath.Home ? null : typed.Target.Path)];
        var logIn = new Form(JlinxPage.Path, "log_in.button",
            [new Field("identifier", "field.identifier", "text", "username") { Value = typed.Identifier, Hint = "jlinx.identifier_hint" }])
        {
            Problem = typed.Identifier is null ? null : problem,
            Hidden = [.. along, ("action", "log_in"), ("invite", invite)],
        };
        var lost = new Form(JlinxPage.Path, "jlinx.lost_button", [])
        {
            Problem = isClosed && typed.Identifier is null ? problem : null, // else it stands at the other form
            Hidden = [.. along, ("action", "recover"), ("invite", invite)],
            Quiet = true,
        };
        return new Page("jlinx.title", speech => $"""
            {(problem is null ? Notice.Of(http.Request)?.ToHtml(speech) : null)}
            <p>{speech["jlinx.what"]}</p>
            {(isClosed ? null : SignUpPart(typed, invite, along, problem, settings, speech))}
            <section aria-labelledby="have-heading"><h2 id="have-heading">{speech["jlinx.have_account"]}</h2>
            {logIn.ToHtml(speech)}
            <details{(lost.Problem is null ? null : Html.Of($" open"))}><summary>{speech["jlinx.lost"]}</summary><p>{speech["jlinx.lost_what"]}</p>{lost.ToHtml(speech)}</details></section>
            <nav aria-label="{speech["page.ways"]}"><p><a href="{typed.Target.After(LogInPage.Path)}">{speech["jlinx.another_way"]}</a></p></nav>
            """)
        {
            Problem = problem,
            Place = invite is null ? null : typed.Target.After(JlinxPage.Path),
        };
    }

    private static Html SignUpPart(
        Typed typed, string? invite, (string, string?)[] along, Problem? problem, GatehouseSettings settings, Speech speech)
    {
        var refused = typed.Identifier is null ? problem : null;
        var askInvite = refused is { Code: "invite_required" or "invite_invalid" }
            || (settings.SignUp.Mode == SignUpMode.InviteOnly && invite is null);
        var form = new Form(JlinxPage.Path, "sign_up.button", askInvite ? [SignUpPage.InviteField(invite, settings)] : [])
        {
            Problem = refused,
            Hidden = [.. along, ("action", "sign_up"), ("invite", askInvite ? null : invite)],
        };
        return $"""
            <section aria-labelledby="new-heading"><h2 id="new-heading">{speech["jlinx.new_here"]}</h2>
            <p>{speech["jlinx.new_what"]}</p>
            {form.ToHtml(speech)}</section>
            """;
    }
}
