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
        return new Page("dev_mail.title", speech => mails.Count == 0
            ? Html.Of($"<p>{speech["dev_mail.none"]}</p>")
            : Html.Of($"""<ul class="mails">{mails.Select(Line)}</ul>"""));
    }

    public static async Task<IResult> Show(string id, Database database, CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(db => DevMailbox.FindAsync(db, id), cancellationToken) is not { } mail)
            return Problems.NotFound();
        return new Page("dev_mail.mail", speech => $"""
            <dl>
            <dt>{speech["dev_mail.subject"]}</dt><dd><bdi>{mail.Subject}</bdi></dd>
            <dt>{speech["dev_mail.to"]}</dt><dd><bdi>{mail.Recipient}</bdi></dd>
            <dt>{speech["dev_mail.kind"]}</dt><dd>{mail.Kind}</dd>
            <dt>{speech["dev_mail.at"]}</dt><dd>{Moment.ToHtml(mail.CreatedAt)}</dd>
            </dl>
            <pre class="mail" dir="auto">{Linked(mail.Text)}</pre>
            <details><summary>{speech["dev_mail.html"]}</summary><pre class="mail" dir="ltr">{mail.Html}</pre></details>
            <nav aria-label="{speech["page.ways"]}"><p><a href="{Path}">{speech["dev_mail.all"]}</a></p></nav>
            """);
    }

    private static Html Line(DevMail mail) => $"""
        <li><a href="{Path}/{Uri.EscapeDataString(mail.Id)}"><bdi>{mail.Subject}</bdi></a>
        <small><bdi>{mail.Recipient}</bdi>, {Moment.ToHtml(mail.CreatedAt)}</small></li>
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
