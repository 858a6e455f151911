using Gatehouse.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Pages;

/// <summary>
/// Tells a customer whose browser keeps no cookies, who would else log in and find nobody logged in. The login page sets
/// one; a browser that posts its form without any has lost it. Programs don't say how they fetch, and are not asked for it.
/// </summary>
internal static class CookieProbe
{
    private const string Name = "gatehouse-probe";

    public static void Set(HttpContext http) => http.Response.Cookies.Append(Name, "1", new CookieOptions
    {
        Path = LogInPage.Path,
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.RequestServices.GetRequiredService<GatehouseSettings>().PublicUrl.Scheme == Uri.UriSchemeHttps,
        IsEssential = true,
    });

    public static bool IsLost(HttpRequest request) =>
        request.Headers.ContainsKey("Sec-Fetch-Mode") && request.Cookies.Count == 0;
}
