using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Tokens;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

/// <summary>
/// Tells who is at the door: from the bearer token alone where there is one, else from the session cookie. Promises: a
/// session is live when this says so; a bad bearer is refused even beside a good cookie; a bad cookie is no session, is
/// cleared, and is never an error; when the store can't tell, nobody is told anything and the cookie stays.
/// </summary>
internal sealed class Authenticator(
    SessionStore sessions, SessionCookie cookie, AccessTokens tokens, PendingRevocations pending, GatehouseSettings settings)
{
    private const string Scheme = "Bearer ";
    private const int MostTokenCharacters = 4096;

    public ValueTask<Caller> AuthenticateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var authorization = http.Request.Headers.Authorization;
        if (authorization.Count == 0)
            return ByCookieAsync(http, cancellationToken);
        if (authorization.Count > 1)
            return ValueTask.FromResult<Caller>(Caller.Refused.Instance);
        var header = authorization[0]!;
        return IsBearer(header) ? ByTokenAsync(http, header, cancellationToken) : ByCookieAsync(http, cancellationToken);
    }

    /// <summary>The session, or the 401 that the contract has for what was presented.</summary>
    public async ValueTask<(Session? Session, Problem? Problem)> RequireAsync(HttpContext http, CancellationToken cancellationToken) =>
        await AuthenticateAsync(http, cancellationToken) switch
        {
            Caller.Known known => (known.Session, null),
            Caller.Refused => (null, Problems.InvalidToken()),
            _ => (null, Problems.Unauthenticated()),
        };

    /// <summary>The live session of a handle that a login under way was begun in; null when it has ended, or is about to.</summary>
    public async ValueTask<Session?> FindAsync(string sessionId, CancellationToken cancellationToken) =>
        await sessions.GetAsync(sessionId, cancellationToken) is { } session && !pending.Covers(session.Id, tokenHash: null)
            ? session
            : null;

    /// <summary>
    /// The token on the answer to a bearer is for this session from now on: another one, or the same with another user.
    /// Null: the session has ended, so none is sent.
    /// </summary>
    public static void Follow(HttpContext http, Session? session)
    {
        if (http.Features.Get<Renewal>() is { } renewal)
            renewal.Session = session;
    }

    /// <summary>
    /// The handle or the token's hash of what would be asked for, without asking: of the bearer token alone where there
    /// is one. Both null: there is nothing that could be a session.
    /// </summary>
    public (string? SessionId, byte[]? TokenHash) Presented(HttpRequest request)
    {
        var authorization = request.Headers.Authorization;
        if (authorization.Count == 0 || (authorization.Count == 1 && !IsBearer(authorization[0]!)))
            return cookie.Read(request).Presented is { } presented ? (presented.SessionId, presented.TokenHash) : (null, null);
        return authorization.Count == 1 && TextOf(authorization[0]!) is { } text ? (tokens.Read(text)?.SessionId, null) : (null, null);
    }

    private async ValueTask<Caller> ByCookieAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var reading = cookie.Read(http.Request);
        if (reading.Presented is { } presented)
        {
            var session = await sessions.GetByTokenAsync(presented.TokenHash, presented.SessionId, cancellationToken);
            if (session is not null && !pending.Covers(session.Id, presented.TokenHash))
            {
                presented.SessionId = session.Id;
                return new Caller.Known(session, ByToken: false);
            }
        }
        if (reading.Malformed || reading.Presented is not null)
            cookie.Clear(http);
        return Caller.Guest.Instance;
    }

    private async ValueTask<Caller> ByTokenAsync(HttpContext http, string header, CancellationToken cancellationToken)
    {
        var ring = tokens.Ring;
        if (TextOf(header) is not { } text || await tokens.ReadAsync(text, cancellationToken) is not { } claims)
            return Caller.Refused.Instance;
        var session = await sessions.GetAsync(claims.SessionId, cancellationToken);
        // The payload names the session; the session's row names the account. They were one when it was signed.
        if (session is null || pending.Covers(session.Id, tokenHash: null) || session.AccountId != claims.Subject
            || claims.IssuedAt < session.TokensFrom)
        {
            return Caller.Refused.Instance;
        }
        // Asked twice in one request (an application's pipeline asks too), the answer still carries one token.
        if (http.Features.Get<Renewal>() is null)
        {
            var renewal = new Renewal(http, text, claims, ring, tokens, settings.Tokens.HeaderName) { Session = session };
            http.Features.Set(renewal);
            http.Response.OnStarting(SendRenewed, renewal);
        }
        return new Caller.Known(session, ByToken: true);
    }

    private static string? TextOf(string header) =>
        header.Length > Scheme.Length && header.Length <= MostTokenCharacters ? header[Scheme.Length..] : null;

    private static bool IsBearer(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        || header.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    /// <summary>Every successful answer to a bearer carries the token that prolongs the login; a refusal never does.</summary>
    private static Task SendRenewed(object state)
    {
        var renewal = (Renewal)state;
        var response = renewal.Http.Response;
        if (renewal.Session is { } session && response.StatusCode is >= 200 and < 300
            && !response.Headers.ContainsKey(renewal.HeaderName))
        {
            response.Headers[renewal.HeaderName] = renewal.Tokens.Renew(renewal.Text, renewal.Claims, session);
            response.Headers.CacheControl = "no-store";
        }
        // Last, when whatever token goes out is signed: the presented one may have been revoked meanwhile.
        if (!renewal.Tokens.StillAccepts(renewal.Text, renewal.Ring))
            response.Headers.Remove(renewal.HeaderName);
        return Task.CompletedTask;
    }

    private sealed record Renewal(
        HttpContext Http, string Text, AccessTokenClaims Claims, VerificationKeys Ring, AccessTokens Tokens,
        string HeaderName)
    {
        public required Session? Session { get; set; }
    }
}
