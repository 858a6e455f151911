using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

// Promises: 200 means the session is gone from the database; nobody is told so before. If the store can't be reached the
// answer is 503, the browser's cookie is cleared all the same, this node refuses the session at once and ends it when the
// store is back. Leaving is always allowed: without a session, with a dead or malformed cookie.

/// <summary>Ends the presented session.</summary>
internal static class LogOut
{
    public static async Task<IResult> Handle(
        HttpContext http, SessionCookie cookie, SessionStore sessions, Authenticator authenticator, SessionAnswers answers,
        PendingRevocations pending, Database database, TimeProvider clock, CancellationToken cancellationToken)
    {
        answers.ClearCookies(http);
        Session? session = null;
        try
        {
            if (await authenticator.AuthenticateAsync(http, cancellationToken) is Caller.Known known)
            {
                session = known.Session;
                await EndAsync(session, http, database, clock);
                sessions.Forget(session.Id);
            }
        }
        catch (StoreUnavailableException)
        {
            // Which of the two failed decides what we know of it: the handle, or only the token's hash.
            pending.Keep(session?.Id, cookie.Read(http.Request).Presented?.TokenHash);
            throw;
        }
        http.Response.Headers.Remove("Set-Cookie");
        await answers.ClearAsync(http, cancellationToken);
        return JsonAnswer.Empty;
    }

    private static Task EndAsync(Session session, HttpContext http, Database database, TimeProvider clock) =>
        database.TransactAsync(async db =>
        {
            await SessionRows.DeleteAsync(db, session.Id);
            var origin = new RequestOrigin(http.Ip(), http.UserAgent());
            await SecurityEvents.RecordAsync(db, clock, session.AccountId, SecurityEventTypes.LoggedOut, origin);
        }, CancellationToken.None); // a customer who closes the tab still wants to be logged out
}
