using Gatehouse.Configuration;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Pages;

/// <summary>The links by which a customer takes another language, and the cookie that remembers it.</summary>
internal static class LanguageChoice
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(365);
    private static readonly string[] Kept = ["return", "invite", "confirmation"]; // what pages take with them

    /// <summary>
    /// The same page in each language. The address stands in full: the address bar may have lost a secret by then.
    /// </summary>
    public static Html ToHtml(HttpRequest request, Speech speech) => $"""
        <nav aria-label="{speech["page.language"]}"><ul class="languages">{Language.All.Select(language => ToHtml(request, language, speech))}</ul></nav>
        """;

    /// <summary>Remembers what the address asked for; scripts of the page may read it.</summary>
    public static void Keep(HttpContext http)
    {
        if (RequestSpeech.Asked(http.Request) is not { } language)
            return;
        var settings = http.RequestServices.GetRequiredService<GatehouseSettings>();
        http.Response.Cookies.Append(RequestSpeech.Cookie, language.Tag, new CookieOptions
        {
            Path = "/",
            MaxAge = Remembered,
            SameSite = SameSiteMode.Lax,
            Secure = settings.PublicUrl.Scheme == Uri.UriSchemeHttps,
            IsEssential = true,
        });
    }

    private static Html ToHtml(HttpRequest request, Language language, Speech speech)
    {
        // One slash: "//evil.example" in an address of ours is a path, and in a link it would be another site (GH-SEC-221).
        var path = "/" + request.Path.ToUriComponent().TrimStart('/');
        var sent = FormBody.Of(request.HttpContext);
        var kept = Kept.Select(name => KeyValuePair.Create(name, request.Query[name].ToString() is { Length: > 0 } value ? value : sent?[name]))
            .Where(part => part.Value is not null);
        var address = QueryHelpers.AddQueryString(path, [.. kept, new("lng", language.Tag)]);
        var current = language == speech.Language ? Html.Of($""" aria-current="true" """) : Html.Of($" ");
        return $"""
            <li><a lang="{language.Tag}" hreflang="{language.Tag}"{current}href="{address}">{language.Name}</a></li>
            """;
    }
}
