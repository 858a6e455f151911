using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Names;
using Gatehouse.Sessions;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>While the customer's identity manager is at it: what to give it, or the number that it asks for.</summary>
internal sealed record JlinxWaiting(WaitingCookie Waiting, Ticket Ticket, ReturnPath Target)
{
    public Page ToPage(HttpContext http, Problem? problem) => Waiting.Link is { } link
        ? new Page(Ticket.Purpose == TicketPurpose.Link ? "jlinx.link_title" : "jlinx.offer_title", speech => $"""
            {(problem is null ? Notice.Of(http.Request)?.ToHtml(speech) : null)}
            <p>{speech["jlinx.offer_what"]}</p>
            {QrCode.ToHtml(link, speech["jlinx.qr"])}
            <p><a class="primary" href="{link}">{speech["jlinx.open_here"]}</a></p>
            {Copied("jlinx-link", link, speech["jlinx.by_hand"], speech)}
            <details><summary>{speech["jlinx.terminal"]}</summary><pre dir="ltr">jlinx {Verb} '{link}'</pre></details>
            <details{(problem is null ? null : Html.Of($" open"))}><summary>{speech["jlinx.shows_code"]}</summary>
            {(SignUpLink.TryParse(link, out var offer) ? Copied("jlinx-id", offer.AppUser.ToString(), speech["jlinx.id_alone"], speech) : null)}
            {Paste(problem).ToHtml(speech)}</details>
            {GoOn(speech)}
            """)
        {
            Problem = problem,
        }
        : new Page("jlinx.code_title", speech => $"""
            {Notice.Of(http.Request)?.ToHtml(speech)}
            <p>{speech["jlinx.code_what"]}</p>
            <p class="digits" dir="ltr"><span aria-hidden="true">{Ticket.Code}</span>
            <span class="unseen">{string.Join(' ', Ticket.Code.ToCharArray())}</span></p>
            <p>{speech["jlinx.code_warning"]}{(IsOfSettings ? null : " " + speech["jlinx.code_nothing"])}</p>
            {GoOn(speech)}
            """);

    /// <summary>Sent by our script again and again, until there is something to tell; without a script, by its button.</summary>
    private Html GoOn(Speech speech) => $"""
        <form method="post" action="{JlinxPage.Path}" data-watch class="watch"><input type="hidden" name="action" value="look">{Return}
        <p role="status">{speech["jlinx.waiting"]} {Html.Say(speech, "jlinx.until", ("at", Moment.ToHtml(Ticket.ExpiresAt)))}</p>
        <noscript><p>{speech["jlinx.go_on_what"]}</p><button type="submit" class="primary">{speech["jlinx.go_on"]}</button></noscript></form>
        <form method="post" action="{JlinxPage.Path}"><input type="hidden" name="action" value="again">{Return}
        <button type="submit" class="secondary">{speech[IsOfSettings ? "jlinx.cancel" : "jlinx.again"]}</button></form>
        """;

    /// <summary>The identity manager's own word, and whose account it is where it has to know.</summary>
    private string Verb => Ticket.Purpose == TicketPurpose.Recovery && SignUpLink.TryParse(Waiting.Link, out var link)
        ? $"recover {link.Origin!.Uri.Authority}"
        : "add";

    private bool IsOfSettings => Ticket.Purpose is TicketPurpose.Link or TicketPurpose.Open;

    private Html? Return => Back is null ? null : Html.Of($"""<input type="hidden" name="return" value="{Back}">""");

    private string? Back => Target == ReturnPath.Home ? null : Target.Path;

    private Form Paste(Problem? problem) => new(JlinxPage.Path, "jlinx.paste_button",
        [new Field("app_account", "field.app_account", "text", "off") { Hint = "jlinx.paste_hint" }])
    {
        Problem = problem,
        Hidden = [("action", "paste"), ("return", Back)],
        Quiet = true,
    };

    /// <summary>To be selected as a whole; where there is a script, with a button that copies it.</summary>
    private static Html Copied(string id, string text, string label, Speech speech) => $"""
        <p class="hint" id="{id}-label">{label}</p>
        <div class="copy"><code id="{id}" dir="ltr" tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="{id}-label">{text}</code>
        <button type="button" class="secondary" data-copy="{id}" data-copied="{speech["script.copied"]}" hidden>{speech["script.copy"]}</button></div>
        """;
}
