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
        // Sent here by another site the browser keeps the session cookie back; from a page of ours it brings it along.
        if (http.Request.Headers["Sec-Fetch-Site"] == "cross-site")
            return new Interstitial(http.Request.Path + http.Request.QueryString.ToUriComponent());
        if (await services.LogIn.Limiter.TryTakeAsync(LimitName.LoginSource, http.SourceKey(), cancellationToken) is { } wait)
            return Problems.TooManyRequests(wait).AsAsked(http.Request);
        var (invite, refused) = await FindInviteAsync(http, query["invite"], emailKey: null, services, cancellationToken);
        if (refused is not null)
            return refused.RetryAfter is null ? Failed.Because(refused) : refused.AsAsked(http.Request);
        var flow = new SocialFlow
        {
            Purpose = FlowPurpose.LogIn,
            SessionId = (await SessionStart.PresentedAsync(http, services.LogIn, cancellationToken))?.Id,
            InviteId = invite,
            ReturnTo = ReturnPath.Parse(query["return"]).Path,
            CreatedAt = services.LogIn.Clock.NowMicros(),
        };
        var (location, problem) = await BeginAsync(http, found, fresh: false, async begun =>
        {
            await services.LogIn.Database.TransactAsync(db => begun.KeepAsync(db, flow), cancellationToken);
            return null;
        }, services, cancellationToken);
        return problem is null ? new Leave(location!) : Failed.Because(problem);
    }

    /// <summary>The provider's address that this browser goes to next. Its cookie is on the answer.</summary>
    /// <param name="fresh">Whoever is logged in there has to show again who they are.</param>
    /// <param name="keep">Writes the flow down, if it may begin now; it comes after what the provider was asked.</param>
    public static async Task<(Uri? Location, Problem? Problem)> BeginAsync(
        HttpContext http, IIdentityProvider provider, bool fresh, Func<Begun, Task<Problem?>> keep, SocialServices services,
        CancellationToken cancellationToken)
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
                fresh), cancellationToken);
        }
        catch (ProviderException exception)
        {
            services.Log.ProviderFailed(provider.Name, exception.Message);
            return (null, Problems.ProviderFailed());
        }
        if (await keep(new Begun(state, browser, provider.Name)) is { } refused)
            return (null, refused);
        FlowCookie.Set(http, services.Cookies, browser);
        return (location, null);
    }

    /// <summary>A login that the provider has an address for, and nothing is written of yet.</summary>
    internal sealed record Begun(SecretToken State, SecretToken Browser, string Provider)
    {
        public Task KeepAsync(Db db, SocialFlow flow) => SocialFlows.AddAsync(db, State, Browser, Provider, flow);
    }

    /// <summary>Nonce and PKCE verifier (43 characters) of an attempt: only who has the browser's cookie and the state has them.</summary>
    public static (string Nonce, string Verifier) SecretsOf(SecretToken browser, SecretToken state) =>
        (browser.Derive("social nonce", state), browser.Derive("social pkce", state));

    /// <summary>A wrong invite is told before anybody is sent anywhere, and counts against its source.</summary>
    /// <param name="emailKey">Of whoever signs up, empty for nobody's; null where the provider will tell.</param>
    public static async Task<(string? InviteId, Problem? Problem)> FindInviteAsync(
        HttpContext http, string? text, string? emailKey, SocialServices services, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(text))
            return (null, null);
        var (limiter, source) = (services.LogIn.Limiter, http.SourceKey());
        if (await limiter.PeekAsync(LimitName.Invite, source, cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        var now = services.LogIn.Clock.NowMicros();
        if (SecretToken.Parse(text) is { } token && await services.LogIn.Database.ReadAsync(
            db => emailKey is null ? InviteStore.FindAsync(db, token, now) : InviteStore.FindForAsync(db, token, emailKey, now),
            cancellationToken) is { } id)
        {
            return (id, null);
        }
        await limiter.TryTakeAsync(LimitName.Invite, source, cancellationToken);
        return (null, Problems.InviteInvalid());
    }
}
