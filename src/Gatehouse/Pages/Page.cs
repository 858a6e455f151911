using System.Text;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Gatehouse.Pages;

/// <summary>A whole page: what is particular to it, inside the frame that all share. Never kept by any cache.</summary>
/// <param name="Title">What the window's title and the page's one main heading say.</param>
internal sealed record Page(Phrase Title, Func<Speech, Html> Body) : IResult
{
    /// <summary>The refusal that this page tells of; it decides the status.</summary>
    public Problem? Problem { get; init; }

    /// <summary>
    /// What the address bar shows instead of an address with a secret in it; null leaves it (GH-SEC-135). It takes our
    /// script; without, the form works all the same.
    /// </summary>
    public string? Place { get; init; }

    /// <summary>For what has rows of its own: the settings.</summary>
    public bool Wide { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var speech = httpContext.GetSpeech();
        var body = Encoding.UTF8.GetBytes(Frame(httpContext, speech).ToString());
        var response = httpContext.Response;
        response.StatusCode = Problem?.Status ?? StatusCodes.Status200OK;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentLanguage = speech.Language.Tag;
        LanguageChoice.Keep(httpContext);
        Problem?.SetHeaders(response);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    private Html Frame(HttpContext http, Speech speech)
    {
        var settings = http.RequestServices.GetRequiredService<GatehouseSettings>();
        var title = speech.Say(Title);
        return $"""
            <!doctype html>
            <html lang="{speech.Language.Tag}" dir="{(speech.Language.RightToLeft ? "rtl" : "ltr")}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            <title>{(Problem is null ? null : speech["page.error"])}{title} – {settings.Pages.Title}</title>
            <link rel="icon" href="/auth/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="{http.RequestServices.GetRequiredService<PageAssets>().StyleUrl}">
            {Script(http.RequestServices.GetRequiredService<WebFiles>(), speech)}
            </head>
            <body>
            <header><a href="/">{Logo(settings.Pages)}<span>{settings.Pages.Title}</span></a></header>
            <main{(Wide ? Html.Of($""" class="wide" """) : null)}>
            <h1>{title}</h1>
            {Body(speech)}
            </main>
            <footer>{(settings.SupportContact is { } contact ? Contact(contact, speech) : null)}{LanguageChoice.ToHtml(http.Request, speech)}</footer>
            </body>
            </html>
            """;
    }

    /// <summary>Our script, with the words it says: it makes what works without it better.</summary>
    private Html Script(WebFiles files, Speech speech) => $"""
        <script src="{files.UrlOf("/auth/pages.js")}" defer{Kept} data-wait="{speech["script.wait"]}"
        data-show="{speech["script.show"]}" data-hide="{speech["script.hide"]}" data-away="{speech["script.away"]}"
        data-cookies="{speech["notice.cookies"]}"></script>
        """;

    private Html? Kept => Place is null ? null : Html.Of($""" data-place="{Place}" """);

    private static Html Logo(PageSettings pages) => pages.Logo is { } logo
        ? Html.Of($"""<img src="{logo.Address}" alt="">""")
        : Html.Of($"""<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 22V11a9 9 0 0 1 18 0v11h-5V11a4 4 0 0 0-8 0v11z"/></svg>""");

    private static Html Contact(string contact, Speech speech) =>
        $"""<p>{Html.Say(speech, "page.questions", ("contact", Reach(contact)))}</p>""";

    /// <summary>A link where it is an address of the web or of mail, else text: nothing else ever gets into a link.</summary>
    private static Html Reach(string contact)
    {
        var address = contact.Contains('@', StringComparison.Ordinal) && !contact.Contains('/', StringComparison.Ordinal)
            ? "mailto:" + contact
            : contact;
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme is "https" or "mailto")
            ? Html.Of($"""<a href="{uri.AbsoluteUri}">{contact}</a>""")
            : Html.Of($"{contact}");
    }
}

/// <summary>On to the next page, by GET, after a form was taken. The target is a path of ours.</summary>
internal sealed class SeeOther(string path) : IResult
{
    /// <summary>
    /// What our script sends along, and is answered in: it goes there itself. A redirect that <c>fetch</c> follows would
    /// lose what stands behind <c>#</c>, load the page twice, and fail where an application of ours leads to another site.
    /// </summary>
    public const string ScriptHeader = "Gatehouse-Next";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var byScript = request.Headers.ContainsKey(ScriptHeader);
        response.StatusCode = byScript ? StatusCodes.Status204NoContent : StatusCodes.Status303SeeOther;
        response.Headers[byScript ? ScriptHeader : HeaderNames.Location] = path;
        response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
