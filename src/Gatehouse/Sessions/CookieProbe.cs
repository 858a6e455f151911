using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

/// <summary>
/// Tells a customer whose browser keeps no cookies, who would else log in and find nobody logged in. The login page sets
/// one, and its form says so; the form that comes back without the cookie comes from a browser that lost it. A form of
/// somebody else's own says nothing, and is not asked.
/// </summary>
internal static class CookieProbe
{
    public const string Field = "probe";
    private const string PlainName = "gatehouse-probe";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1); // longer than a login page stays open

    public static void Set(HttpContext http, SessionCookie cookies) =>
        cookies.Append(http, cookies.NameOf(http.Request, PlainName), "1", Lifetime, httpOnly: true);

    public static void Clear(HttpContext http, SessionCookie cookies) =>
        cookies.Append(http, cookies.NameOf(http.Request, PlainName), "", TimeSpan.Zero, httpOnly: true);

    /// <param name="field">What the form says in <see cref="Field"/>; null when it has no such field.</param>
    public static bool IsLost(HttpRequest request, string? field, SessionCookie cookies) =>
        field is not null && SessionCookie.ValueOf(request, cookies.NameOf(request, PlainName)) is null;
}
