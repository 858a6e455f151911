using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Storage;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

// Promises: 200 means the session is gone from the database; nobody is told so before. If the store can't be reached the
// answer is 503, the browser's cookie is cleared all the same, this node refuses the session at once and ends it when the
// store is back. Leaving is always allowed: without a session, with a dead or malformed cookie.

/// <summary>Ends the presented session.</summary>
internal static class LogOut
{
    public static async Task<IResult> Handle(HttpContext http, LogOutServices services, CancellationToken cancellationToken)
    {
        await HandleAsync(http, services, cancellationToken);
        return JsonAnswer.Empty;
    }

    /// <summary>The way out of any muddle of cookies: like logging out, and every cookie of ours is gone.</summary>
    public static async Task<IResult> Reset(HttpContext http, LogOutServices services, CancellationToken cancellationToken)
    {
        await ResetAsync(http, services, cancellationToken);
        return JsonAnswer.Empty;
    }

    /// <summary>Ends the session; what the page shows from now on is a guest.</summary>
    public static async Task HandleAsync(HttpContext http, LogOutServices services, CancellationToken cancellationToken)
    {
        if (FlowCookie.Read(http, services.Cookie) is not null)
            FlowCookie.Clear(http, services.Cookie); // whoever comes next to this browser goes on with no login of before
        await EndAsync(http, services, cancellationToken);
        services.Answers.Clear(http);
    }

    public static Task ResetAsync(HttpContext http, LogOutServices services, CancellationToken cancellationToken)
    {
        services.Device.Clear(http);
        GrantCookie.Clear(http, services.Cookie);
        CookieProbe.Clear(http, services.Cookie);
        FlowCookie.Clear(http, services.Cookie);
        WaitingCookie.Clear(http, services.Cookie);
        services.Cookie.Append(http, RequestSpeech.Cookie, "", TimeSpan.Zero, httpOnly: false);
        return EndAsync(http, services, cancellationToken);
    }

    private static async Task EndAsync(HttpContext http, LogOutServices services, CancellationToken cancellationToken)
    {
        services.Answers.ClearCookies(http);
        Session? session = null;
        try
        {
            if (await services.Authenticator.AuthenticateAsync(http, cancellationToken) is Caller.Known known)
            {
                session = known.Session;
                await DeleteAsync(session, http, services);
                await services.Sessions.SettleAsync(session);
                Authenticator.Follow(http, null);
            }
            // Two cookies are no session, but whoever leaves with both leaves both.
            foreach (var presented in services.Cookie.ReadDoubled(http.Request))
                await services.Sessions.RevokeByTokenAsync(presented.TokenHash, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // Which of the two failed decides what we know of it: the session, or only what was presented.
            var (id, tokenHash) = services.Authenticator.Presented(http.Request);
            services.Pending.Keep(session?.Id ?? id, tokenHash);
            throw;
        }
    }

    private static Task DeleteAsync(Session session, HttpContext http, LogOutServices services) =>
        services.Database.TransactAsync(async db =>
        {
            await SessionRows.DeleteAsync(db, session.Id);
            var origin = new RequestOrigin(http.Ip(), http.UserAgent());
            await SecurityEvents.RecordAsync(db, services.Clock, session.AccountId, SecurityEventTypes.LoggedOut, origin);
        }, CancellationToken.None); // a customer who closes the tab still wants to be logged out
}

/// <summary>What logging out works with.</summary>
internal sealed record LogOutServices(
    Database Database, SessionCookie Cookie, DeviceCookie Device, SessionStore Sessions, Authenticator Authenticator, SessionAnswers Answers,
    PendingRevocations Pending, TimeProvider Clock);
