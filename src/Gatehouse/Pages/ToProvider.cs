using Gatehouse.SocialLogin;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>
/// From a form of ours to a provider. Not by a redirect: the page's policy lets forms lead to ourselves alone, redirects of
/// their answers included. Our script goes there by itself; without, a page leads on.
/// </summary>
internal sealed class ToProvider(Uri location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => httpContext.Request.Headers.ContainsKey(SeeOther.ScriptHeader)
        ? new SeeOther(location.AbsoluteUri).ExecuteAsync(httpContext)
        : new Interstitial(location.AbsoluteUri).ExecuteAsync(httpContext);
}
