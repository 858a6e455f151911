using System.Text.RegularExpressions;
using Gatehouse.Http;
using Gatehouse.Mail;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>The dev mailbox to look at. Mapped in Development alone: its mails hold everybody's links.</summary>
internal static class DevMailPage
{
    public const string Path = "/dev/mail";

    public static async Task<IResult> List(Database database, CancellationToken cancellationToken)
    {
        var mails = await database.ReadAsync(db => DevMailbox.ListAsync(db, to: null), cancellationToken);
        return new Page("Mails", mails.Count == 0
            ? Html.Of($"<p>No mail was sent yet.</p>")
            : Html.Of($"""<ul class="mails">{mails.Select(Line)}</ul>"""));
    }

    public static async Task<IResult> Show(string id, Database database, CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(db => DevMailbox.FindAsync(db, id), cancellationToken) is not { } mail)
            return Problems.NotFound();
        return new Page(mail.Subject, $"""
            <dl>
            <dt>To</dt><dd><bdi>{mail.Recipient}</bdi></dd>
            <dt>Kind</dt><dd>{mail.Kind}</dd>
            <dt>At</dt><dd>{UnixMicros.ToRfc3339(mail.CreatedAt)}</dd>
            </dl>
            <pre class="mail">{Linked(mail.Text)}</pre>
            <details><summary>As HTML</summary><pre class="mail">{mail.Html}</pre></details>
            <nav aria-label="Other ways"><p><a href="{Path}">All mails</a></p></nav>
            """);
    }

    private static Html Line(DevMail mail) => $"""
        <li><a href="{Path}/{Uri.EscapeDataString(mail.Id)}">{mail.Subject}</a><br>
        <bdi>{mail.Recipient}</bdi><br>{UnixMicros.ToRfc3339(mail.CreatedAt)}</li>
        """;

    /// <summary>The text with its addresses clickable; all that isn't one is text.</summary>
    private static IEnumerable<Html> Linked(string text)
    {
        var at = 0;
        foreach (Match url in DevMailbox.Urls(text))
        {
            yield return $"""{text[at..url.Index]}<a href="{url.Value}">{url.Value}</a>""";
            at = url.Index + url.Length;
        }
        yield return $"{text[at..]}";
    }
}
