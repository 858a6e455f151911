using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Gatehouse.Http;
using Gatehouse.Invites;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin.Providers;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SocialLogin;

// Promises: authorization code with PKCE (S256), state and nonce, all of this attempt and this browser alone; where the
// provider sends the browser back to is a fixed address, where the customer goes on to a path of ours. Must never: take a
// provider's address, a client or a redirect from the request.

/// <summary>Sends the browser to a provider.</summary>
internal static class BeginLogin
{
    public static string CallbackPath(string provider) => $"/api/auth/{provider}/callback";

    public static async Task<IResult> Handle(
        HttpContext http, string provider, SocialServices services, CancellationToken cancellationToken)
    {
        if (services.Providers.Find(provider) is not { } found)
            return Problems.NotFound().AsAsked(http.Request);
        var query = http.Request.Query;
        if (query.Any(parameter => parameter.Value.Count > 1))
            return Problems.BadRequest("problem.doubled_parameter").AsAsked(http.Request);
        if (await services.LogIn.Limiter.TryTakeAsync(LimitName.LoginSource, http.SourceKey(), cancellationToken) is { } wait)
            return Problems.TooManyRequests(wait).AsAsked(http.Request);
        var (invite, refused) = await FindInviteAsync(http, query["invite"], services, cancellationToken);
        if (refused is not null)
            return Failed.Because(refused);
        var flow = new SocialFlow
        {
            Purpose = FlowPurpose.LogIn,
            SessionId = (await SessionStart.PresentedAsync(http, services.LogIn, cancellationToken))?.Id,
            InviteId = invite,
            ReturnTo = ReturnPath.Parse(query["return"]).Path,
            CreatedAt = services.LogIn.Clock.NowMicros(),
        };
        var (location, problem) = await BeginAsync(http, found, flow, services, cancellationToken);
        return problem is null ? new Leave(location!) : Failed.Because(problem);
    }

    /// <summary>The provider's address that this browser goes to next. Its cookie is on the answer.</summary>
    public static async Task<(Uri? Location, Problem? Problem)> BeginAsync(
        HttpContext http, IIdentityProvider provider, SocialFlow flow, SocialServices services, CancellationToken cancellationToken)
    {
        var state = SecretToken.New();
        var browser = FlowCookie.Read(http, services.Cookies) ?? SecretToken.New();
        var (nonce, verifier) = SecretsOf(browser, state);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        Uri location;
        try
        {
            location = await provider.BeginAsync(new AuthorizationRequest(
                state.Reveal(), nonce, challenge, services.Settings.UrlOf(CallbackPath(provider.Name)),
                Fresh: flow.Purpose == FlowPurpose.Open), cancellationToken);
        }
        catch (ProviderException exception)
        {
            services.Log.ProviderFailed(provider.Name, exception.Message);
            return (null, Problems.ProviderFailed());
        }
        await services.LogIn.Database.TransactAsync(
            db => SocialFlows.AddAsync(db, state, browser, provider.Name, flow), cancellationToken);
        FlowCookie.Set(http, services.Cookies, browser);
        return (location, null);
    }

    /// <summary>Nonce and PKCE verifier (43 characters) of an attempt: only who has the browser's cookie and the state has them.</summary>
    public static (string Nonce, string Verifier) SecretsOf(SecretToken browser, SecretToken state) =>
        (browser.Derive("social nonce", state), browser.Derive("social pkce", state));

    /// <summary>A wrong invite is told before anybody is sent anywhere, and counts against its source.</summary>
    private static async Task<(string? InviteId, Problem? Problem)> FindInviteAsync(
        HttpContext http, string? text, SocialServices services, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(text))
            return (null, null);
        var (limiter, source) = (services.LogIn.Limiter, http.SourceKey());
        if (await limiter.PeekAsync(LimitName.Invite, source, cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        if (SecretToken.Parse(text) is { } token && await services.LogIn.Database.ReadAsync(
            db => InviteStore.FindAsync(db, token, services.LogIn.Clock.NowMicros()), cancellationToken) is { } id)
        {
            return (id, null);
        }
        await limiter.TryTakeAsync(LimitName.Invite, source, cancellationToken);
        return (null, Problems.InviteInvalid());
    }
}
