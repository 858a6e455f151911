using System.Globalization;
using System.Net;
using System.Text;
using Gatehouse.Configuration;

namespace Gatehouse.Mail.Templates;

/// <summary>
/// A mail as HTML, of one family with the pages. Everything is encoded here, so a template can't forget to. It is whole by
/// its inline styles, for programs that drop every other; those that keep the sheet follow the reader's dark mode.
/// </summary>
internal sealed class MailMarkup
{
    // The colours of gatehouse.css.
    private const string Ground = "#f2f4f3";
    private const string Paper = "#ffffff";
    private const string Ink = "#191d1f";
    private const string Soft = "#545b5f";
    private const string Hair = "#e0e4e2";

    private const string Dark = """
        :root{color-scheme:light dark}
        @media (prefers-color-scheme:dark){
        .ground{background:#111416!important}
        .paper{background:#1d2124!important;color:#eceeee!important}
        .soft{border-color:#333a3f!important;color:#b0b7bb!important}}
        """;

    private readonly string title;
    private readonly string head;
    private readonly string accent;
    private readonly string onAccent;

    public MailMarkup(GatehouseSettings settings)
    {
        (title, accent) = (settings.Pages.Title, settings.Pages.Accent);
        onAccent = Accent.Parse(accent).Inverse.ToString();
        head = Picture(settings) is { } address
            ? $"""<img src="{Encode(address)}" alt="{Encode(title)}" height="36" style="height:36px;border:0">"""
            : Encode(title);
    }

    public string Of(SpokenMail mail)
    {
        var language = mail.Speech.Language;
        var direction = language.RightToLeft ? "rtl" : "ltr";
        var html = new StringBuilder().Append(CultureInfo.InvariantCulture, $"""
            <!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
            <meta name="supported-color-schemes" content="light dark">
            <title>{Encode(mail.Subject)}</title><style>{Dark}</style></head>
            <body class="ground" style="margin:0;padding:0;background:{Ground}">
            <div style="display:none;max-height:0;overflow:hidden">{Encode(mail.Paragraphs[0])}</div>
            <div class="ground" lang="{language}" dir="{direction}" style="padding:24px 12px;background:{Ground};{Letters}">
            <div class="paper" style="max-width:480px;margin:0 auto;padding:28px 24px;{Card}">
            <p style="margin:0 0 20px;font-size:18px;font-weight:650">{head}</p>

            """);
        Paragraph(html, mail.Greeting);
        foreach (var paragraph in mail.Paragraphs)
            Paragraph(html, paragraph);
        if (mail.Link is var (label, url))
            Button(html, label, url, mail.Speech["mail.button_fails"]);
        html.Append(CultureInfo.InvariantCulture, $"""<p class="soft" style="{Small};margin:24px 0 0;padding:16px 0 0;""")
            .Append(CultureInfo.InvariantCulture, $"""border-top:1px solid {Hair}">{Encode(mail.Reason)}""");
        if (mail.Contact is { } contact)
            html.Append("<br>").Append(Encode(contact));
        return html.Append("</p>\n</div></div></body></html>").ToString();
    }

    private const string Letters = "line-height:1.55;font-size:16px;font-family:system-ui,-apple-system,'Segoe UI','Noto Sans',sans-serif";

    private const string Small = $"font-size:14px;color:{Soft}";

    private string Card => $"border-top:4px solid {accent};border-radius:16px;background:{Paper};color:{Ink}";

    private void Button(StringBuilder html, string label, string url, string otherwise) => html.Append(CultureInfo.InvariantCulture, $"""
        <p style="margin:28px 0"><a href="{Encode(url)}" style="{Plate}">{Encode(label)}</a></p>
        <p class="soft" style="{Small};margin:0 0 16px">{Encode(otherwise)}<br>
        <span dir="ltr" style="word-break:break-all">{Encode(url)}</span></p>

        """);

    private string Plate => $"display:inline-block;padding:13px 24px;border-radius:8px;background:{accent};color:{onAccent};"
        + "font-weight:600;text-decoration:none";

    private static void Paragraph(StringBuilder html, string text) =>
        html.Append("<p style=\"margin:0 0 16px\">").Append(Encode(text)).Append("</p>\n");

    /// <summary>Only what a mail program shows: at an address that is public and encrypted, and no drawing, which most refuse.</summary>
    private static string? Picture(GatehouseSettings settings) =>
        settings.Pages.Logo is { } logo && settings.PublicUrl.Scheme == Uri.UriSchemeHttps
        && !logo.Address.EndsWith(".svg", StringComparison.OrdinalIgnoreCase)
            ? settings.UrlOf(logo.Address)
            : null;

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
