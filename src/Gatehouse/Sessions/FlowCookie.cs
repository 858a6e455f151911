using Gatehouse.Security;
using Microsoft.AspNetCore.Http;
using SameSite = Microsoft.Net.Http.Headers.SameSiteMode;

namespace Gatehouse.Sessions;

/// <summary>
/// What binds a login at a provider to the browser that began it: a secret of its own, and Lax, since the provider's site
/// sends the browser back and the session cookie, Strict, doesn't come along (GH-SEC-166). One for all logins that are under
/// way in a browser, each of which derives its own nonce and verifier from it; they end together, when one has come in.
/// </summary>
internal static class FlowCookie
{
    /// <summary>Fixed: long enough to find a password and a second factor.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const string PlainName = "gatehouse-flow";
    private const string Purpose = "social browser";

    public static SecretToken? Read(HttpContext http, SessionCookie cookies) =>
        SecretToken.Parse(SessionCookie.ValueOf(http.Request, cookies.NameOf(http.Request, PlainName)));

    public static void Set(HttpContext http, SessionCookie cookies, SecretToken browser) =>
        Append(http, cookies, browser.Reveal(), Lifetime);

    public static void Clear(HttpContext http, SessionCookie cookies) => Append(http, cookies, "", TimeSpan.Zero);

    /// <summary>What the database knows the browser by.</summary>
    public static byte[] HashOf(SecretToken browser) => browser.Hash(Purpose);

    private static void Append(HttpContext http, SessionCookie cookies, string value, TimeSpan age) => cookies.Append(
        http, cookies.NameOf(http.Request, PlainName), value, age, httpOnly: true, sameSite: SameSite.Lax);
}
