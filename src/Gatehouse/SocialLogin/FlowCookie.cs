using Gatehouse.Security;
using Gatehouse.Sessions;
using Microsoft.AspNetCore.Http;
using SameSite = Microsoft.Net.Http.Headers.SameSiteMode;

namespace Gatehouse.SocialLogin;

/// <summary>
/// What binds a login at a provider to the browser that began it: a secret of its own, and Lax, since the provider's site
/// sends the browser back and the session cookie, Strict, doesn't come along (GH-SEC-166). One for all logins that are under
/// way in a browser, so that two tabs don't get into each other's way; each derives its own nonce and verifier from it.
/// </summary>
internal static class FlowCookie
{
    private const string PlainName = "gatehouse-flow";
    private const string Purpose = "social browser";

    public static SecretToken? Read(HttpContext http, SessionCookie cookies) =>
        SecretToken.Parse(SessionCookie.ValueOf(http.Request, cookies.NameOf(http.Request, PlainName)));

    public static void Set(HttpContext http, SessionCookie cookies, SecretToken browser) =>
        Append(http, cookies, browser.Reveal(), SocialFlows.Lifetime);

    public static void Clear(HttpContext http, SessionCookie cookies) => Append(http, cookies, "", TimeSpan.Zero);

    /// <summary>What the database knows the browser by.</summary>
    public static byte[] HashOf(SecretToken browser) => browser.Hash(Purpose);

    private static void Append(HttpContext http, SessionCookie cookies, string value, TimeSpan age) => cookies.Append(
        http, cookies.NameOf(http.Request, PlainName), value, age, httpOnly: true, sameSite: SameSite.Lax);
}
