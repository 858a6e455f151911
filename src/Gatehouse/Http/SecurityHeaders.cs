using Microsoft.AspNetCore.Http;

namespace Gatehouse.Http;

/// <summary>What every answer of ours tells the browser (GH-SEC-222 to 225).</summary>
internal static class SecurityHeaders
{
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types gatehouse";

    public static void Apply(HttpContext http, bool page)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // A form of ours posts with an Origin header; under no-referrer browsers would send "Origin: null".
        headers["Referrer-Policy"] = page ? "same-origin" : "no-referrer";
        headers.ContentSecurityPolicy = page ? PagePolicy : "default-src 'none'; frame-ancestors 'none'";
        if (http.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
    }
}
