using System.Text;
using System.Text.Encodings.Web;
using Gatehouse.Http;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SocialLogin;

/// <summary>Off to the provider.</summary>
internal sealed class Leave(Uri location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status302Found;
        httpContext.Response.Headers.Location = location.AbsoluteUri;
        httpContext.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}

/// <summary>
/// On, by a page of our own, to a provider or to a path of ours. Where another site has sent the browser here, it doesn't
/// send a Strict cookie along to where a redirect leads, not even the one it gets here.
/// </summary>
internal sealed class Interstitial(string location) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var speech = httpContext.GetSpeech();
        var (target, text) = (HtmlEncoder.Default.Encode(location), HtmlEncoder.Default.Encode(speech["log_in.go_on"]));
        var body = Encoding.UTF8.GetBytes($"""
            <!doctype html>
            <html lang="{speech.Language.Tag}" dir="{(speech.Language.RightToLeft ? "rtl" : "ltr")}">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="robots" content="noindex">
            <meta http-equiv="refresh" content="0;url={target}">
            <title>{text}</title>
            <p><a href="{target}">{text}</a></p>

            """);
        var response = httpContext.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentLanguage = speech.Language.Tag;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}

/// <summary>On to a page of ours that needs no session.</summary>
internal sealed class OnTo(string path) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther; // never 307 or 308 (GH-SEC-186)
        httpContext.Response.Headers.Location = path;
        httpContext.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}

/// <summary>To the page that says why nobody is logged in. The address has a code of ours and nothing that came from outside.</summary>
internal static class Failed
{
    public const string Path = "/auth/failed";

    public static OnTo Because(Problem problem) => new($"{Path}?code={problem.Code}");
}
