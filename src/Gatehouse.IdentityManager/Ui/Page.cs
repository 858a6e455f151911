using System.Globalization;
using System.Net;
using System.Text;
using Gatehouse.IdentityManager.CommandLine;
using Gatehouse.IdentityManager.Control;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>The frame of every page. Whatever an app or a person chose is encoded where it is put in.</summary>
internal static class Page
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    private static readonly (string Address, string Name)[] Navigation =
    [
        ("./", "Accounts"), ("requests", "Requests"), ("add", "Add"), ("profile", "Profile"), ("settings", "Settings"),
    ];

    public static string Encode(string? text) => WebUtility.HtmlEncode(Terminal.Printable(text ?? ""));

    /// <param name="here">The address of the page among those of the navigation.</param>
    /// <param name="followed">What the page shows that changes by itself.</param>
    public static string Write(string title, string here, string body, Reply? said = null, Followed? followed = null)
    {
        var page = new StringBuilder();
        page.Append(
            Plain,
            $"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>{Encode(title)} · jlinx</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark"><link rel="stylesheet" href="style.css">
            <link rel="icon" href="data:,"><script src="live.js" defer></script></head>
            <body><a class="skip" href="#main">To the content</a><header><nav aria-label="Pages"><ul>
            """);
        foreach (var (address, name) in Navigation)
        {
            var current = address == here ? " aria-current=\"page\"" : "";
            page.Append(Plain, $"<li><a href=\"{address}\"{current}>{name}</a></li>");
        }
        page.Append("</ul></nav></header><main id=\"main\" tabindex=\"-1\"");
        if (followed is not null)
            page.Append(Plain, $" data-follows=\"{followed.What}\" data-state=\"{followed.State}\"");
        page.Append('>');
        page.Append(Plain, $"<h1>{Encode(title)}</h1><p id=\"live\" class=\"live\" role=\"status\"></p>");
        if (said?.Fault is { } fault)
            page.Append(Plain, $"<p class=\"note bad\" role=\"alert\">{Encode(fault)}</p>");
        else if (said?.Text is { } text)
            page.Append(Plain, $"<p class=\"note good\" role=\"status\">{Encode(text)}</p>");
        return page.Append(body).Append("</main></body></html>").ToString();
    }

    /// <summary>A page for who isn't let in: without anything of ours.</summary>
    public static string WriteAlone(string title, string html) =>
        $"""
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>{Encode(title)}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"></head>
        <body><main><h1>{Encode(title)}</h1><p>{html}</p></main></body></html>
        """;

    /// <summary>By no culture: another calendar, or other dots, are no time to the script.</summary>
    public static string Time(DateTimeOffset at) => string.Create(
        Plain, $"<time datetime=\"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\">{RequestVerbs.Minute(at)}</time>");

    public static Task SendAsync(HttpContext context, string html) => SendAsync(context, html, "text/html");

    public static Task SendAsync(HttpContext context, string text, string type)
    {
        context.Response.ContentType = type + "; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
