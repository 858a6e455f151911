using System.Text;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Pages;

/// <summary>A whole page: what is particular to it, inside the frame that all share. Never kept by any cache.</summary>
/// <param name="Title">The window's title and the page's one main heading.</param>
internal sealed record Page(string Title, Html Body) : IResult
{
    /// <summary>The refusal that this page tells of; it decides the status.</summary>
    public Problem? Problem { get; init; }

    /// <summary>
    /// What the address bar shows instead of an address with a secret in it; null leaves it (GH-SEC-135). It takes our
    /// script; without, the form works all the same.
    /// </summary>
    public string? Place { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var body = Encoding.UTF8.GetBytes(Frame(
            services.GetRequiredService<GatehouseSettings>(), services.GetRequiredService<PageAssets>(),
            services.GetRequiredService<WebFiles>()).ToString());
        var response = httpContext.Response;
        response.StatusCode = Problem?.Status ?? StatusCodes.Status200OK;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        Problem?.SetHeaders(response);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    private Html Frame(GatehouseSettings settings, PageAssets assets, WebFiles files) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>{(Problem is null ? "" : "Error: ")}{Title} – {settings.Pages.Title}</title>
        <link rel="stylesheet" href="{assets.StyleUrl}">
        {(Place is null ? null : Html.Of($"""<script src="{files.UrlOf("/auth/pages.js")}" data-place="{Place}" defer></script>"""))}
        </head>
        <body>
        <header><a href="/">{Logo(settings.Pages)}{settings.Pages.Title}</a></header>
        <main>
        <h1>{Title}</h1>
        {Body}
        </main>
        {Footer(settings.SupportContact)}
        </body>
        </html>
        """;

    private static Html? Logo(PageSettings pages) =>
        pages.Logo is null ? null : Html.Of($"""<img src="{pages.Logo}" alt="">""");

    private static Html? Footer(string? contact) =>
        contact is null ? null : Html.Of($"<footer><p>Questions? {contact}</p></footer>");
}

/// <summary>On to the next page, by GET, after a form was taken. The target is a path of ours.</summary>
internal sealed class SeeOther(string path) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = path;
        httpContext.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
