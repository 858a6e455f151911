using Gatehouse.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Gatehouse.Http;

/// <summary>
/// The defence against forged requests (CSRF): an unsafe request without a bearer token must come from our own origin
/// or an allowed one. It holds for calls without a session too, because logging somebody in is an attack as well.
/// Browsers can't forge Origin or Sec-Fetch-Site; who sends neither is no browser and carries no victim's cookie.
/// </summary>
internal static class CrossOriginCheck
{
    public static bool Passes(HttpRequest request, GatehouseSettings settings)
    {
        // An allow list: a method that is unknown or oddly spelt counts as unsafe (GH-SEC-090).
        var method = request.Method;
        var reads = HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
        // A WebSocket begins as a GET, and no CORS keeps a page elsewhere from reading what comes through it.
        if (reads && request.Headers.Upgrade.Count == 0)
            return true;
        if (HasBearer(request.Headers.Authorization))
            return true;
        var origin = request.Headers.Origin;
        if (origin.Count == 1 && settings.AllowedOrigins.Contains(origin[0], StringComparer.Ordinal))
            return true;
        var site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0)
            return site.Count == 1 && site[0] is "same-origin" or "none";
        if (origin.Count > 0)
            return origin.Count == 1 && string.Equals(origin[0], settings.PublicOrigin, StringComparison.Ordinal);
        return true;
    }

    /// <summary>A page elsewhere can't set Authorization without asking first (CORS preflight).</summary>
    private static bool HasBearer(StringValues authorization) =>
        authorization.Count > 0 && authorization[0]!.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
}
