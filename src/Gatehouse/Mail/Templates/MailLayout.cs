using System.Net;
using System.Text;
using Gatehouse.Configuration;

namespace Gatehouse.Mail.Templates;

/// <summary>
/// One family of mails: a greeting, a few sentences, at most one link, and why the mail came; as text and as HTML.
/// Everything is encoded here, so a template can't forget to. The link stands in the text too, alone on its line.
/// </summary>
internal sealed class MailLayout(GatehouseSettings settings)
{
    public ComposedMail Compose(string kind, string to, MailContent content) => new(
        kind, to, content.Subject, ToText(content), ToHtml(content));

    public string Title => settings.Pages.Title;

    public string UrlOf(string path) => settings.UrlOf(path);

    private string ToText(MailContent content)
    {
        var text = new StringBuilder();
        text.Append(Greeting(content.Name)).Append("\n\n");
        foreach (var paragraph in content.Paragraphs)
            text.Append(paragraph).Append("\n\n");
        if (content.Link is { } link)
            text.Append(link.Label).Append(":\n").Append(link.Url).Append("\n\n");
        text.Append(content.Reason).Append('\n');
        if (settings.SupportContact is { } contact)
            text.Append("Questions? ").Append(contact).Append('\n');
        return text.Append("\n-- \n").Append(Title).Append('\n').ToString();
    }

    private string ToHtml(MailContent content)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">")
            .Append("<title>").Append(Encode(content.Subject)).Append("</title></head>")
            .Append("<body style=\"margin:0;padding:24px;line-height:1.5;font-family:system-ui,-apple-system,'Segoe UI',sans-serif\">")
            .Append("<div style=\"max-width:34em;margin:0 auto\"><p><strong>").Append(Encode(Title)).Append("</strong></p>");
        Paragraph(html, Greeting(content.Name));
        foreach (var paragraph in content.Paragraphs)
            Paragraph(html, paragraph);
        if (content.Link is { } link)
            Button(html, link);
        html.Append("<hr style=\"border:0;border-top:1px solid #8888;margin:24px 0 12px\">")
            .Append("<p style=\"font-size:.875em;opacity:.8\">").Append(Encode(content.Reason));
        if (settings.SupportContact is { } contact)
            html.Append("<br>Questions? ").Append(Encode(contact));
        return html.Append("</p></div></body></html>").ToString();
    }

    private void Button(StringBuilder html, MailLink link)
    {
        var url = Encode(link.Url);
        html.Append("<p style=\"margin:24px 0\"><a href=\"").Append(url).Append("\" style=\"background:").Append(settings.Pages.Accent)
            .Append(";color:#fff;padding:12px 20px;border-radius:8px;text-decoration:none;display:inline-block\">")
            .Append(Encode(link.Label)).Append("</a></p><p style=\"font-size:.875em;word-break:break-all\">").Append(url).Append("</p>");
    }

    private static void Paragraph(StringBuilder html, string text) => html.Append("<p>").Append(Encode(text)).Append("</p>");

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>
    /// A name that a mail program might turn into a link, or that runs over lines, is left out: anybody can sign a stranger
    /// up under any name, and our mails must not carry that person's message (GH-SEC-289).
    /// </summary>
    private static string Greeting(string? name) =>
        name is { Length: > 0 and <= 40 } && name.All(character => char.IsLetterOrDigit(character) || character is ' ' or '-' or '\'')
            ? $"Hello {name},"
            : "Hello,";
}

/// <param name="Name">How the customer calls themselves; shown only when it can't be mistaken for anything else.</param>
/// <param name="Reason">Why this mail came, for the one who didn't expect it.</param>
internal sealed record MailContent(
    string Subject, string? Name, IReadOnlyList<string> Paragraphs, MailLink? Link, string Reason);

internal sealed record MailLink(string Label, string Url);
