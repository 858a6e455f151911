using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Texts;

/// <summary>
/// The language a request is answered in. Pages: what the address asks for (<c>?lng=</c>, kept in the cookie
/// <c>lng</c>), else what was chosen before, else what the browser prefers. The API goes by <c>Accept-Language</c> alone.
/// </summary>
internal static class RequestSpeech
{
    public const string Cookie = "lng";
    private static readonly object Key = new();

    /// <summary>For a page.</summary>
    public static Speech GetSpeech(this HttpContext http)
    {
        if (http.Items[Key] is Speech known)
            return known;
        var chosen = Asked(http.Request) ?? Language.Find(http.Request.Cookies[Cookie]) ?? http.Request.PreferredLanguage();
        var speech = http.RequestServices.GetRequiredService<Catalogue>().In(chosen);
        http.Items[Key] = speech;
        return speech;
    }

    /// <summary>For a program.</summary>
    public static Speech GetPreferredSpeech(this HttpContext http) =>
        http.RequestServices.GetRequiredService<Catalogue>().In(http.Request.PreferredLanguage());

    /// <summary>What the address asks for: <c>setlng</c> is the older name.</summary>
    public static Language? Asked(HttpRequest request) => Language.Find(request.Query["lng"]) ?? Language.Find(request.Query["setlng"]);

    /// <summary>The first language of ours in the client's order of preference (RFC 9110 section 12.5.4).</summary>
    public static Language? PreferredLanguage(this HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .Where(range => range.Quality is not 0)
        .OrderByDescending(range => range.Quality ?? 1)
        .Select(range => Language.Find(range.Value.Value))
        .FirstOrDefault(language => language is not null);
}
