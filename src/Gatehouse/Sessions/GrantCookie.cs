using Gatehouse.Security;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

/// <summary>The grant of a browser without scripts: no script reads it, and no path but the settings page gets it.</summary>
internal static class GrantCookie
{
    public const string Path = "/auth/settings";
    private const string Name = "gatehouse-grant";
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(10); // as long as the grant itself

    public static string? Read(HttpRequest request) => SessionCookie.ValueOf(request, Name);

    public static void Set(HttpContext http, SessionCookie cookies, SecretToken token) =>
        cookies.Append(http, Name, token.Reveal(), Age, httpOnly: true, Path);

    public static void Clear(HttpContext http, SessionCookie cookies) =>
        cookies.Append(http, Name, "", TimeSpan.Zero, httpOnly: true, Path);
}
