using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>
/// Lets in who has the address that was printed, and nobody else: not a web site in the same browser, not a name that
/// was made to point to this machine, and (see <see cref="PeerOwner"/>) not another user of it. The token in the
/// address is exchanged once for a cookie. Browsers send cookies to every port of a host, so this one is bound to a
/// path that nobody can guess: other servers on this machine don't get it.
/// </summary>
internal sealed class WebGate(string host)
{
    private const string Cookie = "jlinx", EntryPrefix = "/enter/";
    private const int TokenBytes = 32;

    private readonly string cookieValue = NewToken();
    private string? entry = NewToken();

    /// <summary>The path that lets in, once.</summary>
    public string EntryPath => EntryPrefix + entry;

    /// <summary>What the paths of all pages begin with.</summary>
    public string Room { get; } = "/" + NewToken();

    /// <summary>Whether the visitor may go on; if not, they were answered.</summary>
    public async Task<bool> AdmitsAsync(HttpContext context)
    {
        var request = context.Request;
        SetHeaders(context.Response.Headers);
        if (request.Host.Value != host || IsFromElsewhere(request))
        {
            return await RefuseAsync(
                context, StatusCodes.Status403Forbidden, "This page is opened by its own address alone.");
        }
        if (request.Path.Value is { } path && path.StartsWith(EntryPrefix, StringComparison.Ordinal))
            return await EnterAsync(context, path[EntryPrefix.Length..]);
        return (request.Path.StartsWithSegments(Room, StringComparison.Ordinal)
                && request.Cookies[Cookie] is { } shown && AreSame(shown, cookieValue))
            || await RefuseAsync(
                context, StatusCodes.Status401Unauthorized,
                "An address lets in one browser, once, and until it is closed. Run 'jlinx ui' for a new one.");
    }

    private async Task<bool> EnterAsync(HttpContext context, string shown)
    {
        // A wrong guess leaves it where it is, and of two at once that show it one is let in.
        if (entry is not { } expected || !AreSame(shown, expected)
            || Interlocked.CompareExchange(ref entry, null, expected) != expected)
        {
            return await RefuseAsync(
                context, StatusCodes.Status401Unauthorized, "This address was used. Run 'jlinx ui' for a new one.");
        }
        context.Response.Cookies.Append(Cookie, cookieValue, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Path = Room + "/",
        });
        // By a page and not a redirect: a strict cookie isn't sent where the way began elsewhere.
        context.Response.Headers["Refresh"] = $"0;url={Room}/";
        await Page.SendAsync(context, Page.WriteAlone("jlinx", $"<a href=\"{Room}/\">Go on</a>"));
        return false;
    }

    private bool IsFromElsewhere(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        if (!HttpMethods.IsPost(request.Method))
            return !HttpMethods.IsGet(request.Method);
        return request.Headers.Origin != $"http://{host}"
            || !(StringValues.IsNullOrEmpty(site) || site == "same-origin");
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private static async Task<bool> RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        await Page.SendAsync(context, Page.WriteAlone("Not here", Page.Encode(why)));
        return false;
    }

    private static bool AreSame(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
}
