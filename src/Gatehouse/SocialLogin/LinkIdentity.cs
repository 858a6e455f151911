using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin.Providers;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SocialLogin;

// Promises: linking takes a grant as it begins, and ends in the same browser for the same session, which is still alive. So
// nobody links their own identity to a stranger's account, nor a stranger's to their own. The owner gets a mail.

/// <summary>Adds another way in to the account of a session.</summary>
internal static class LinkIdentity
{
    public static Task<(Uri? Location, Problem? Problem)> BeginAsync(
        HttpContext http, Granted granted, IIdentityProvider provider, string returnTo, SocialServices services,
        CancellationToken cancellationToken) => BeginLogin.BeginAsync(http, provider, fresh: false, begun =>
            services.Grants.TransactAsync(granted, async db =>
            {
                await begun.KeepAsync(db, await FlowOfAsync(db, FlowPurpose.Link, granted.Session, returnTo, services));
                return null;
            }, cancellationToken), services, cancellationToken);

    /// <summary>A flow about the account of a session.</summary>
    public static async Task<SocialFlow> FlowOfAsync(
        Db db, string purpose, Session session, string returnTo, SocialServices services) => new()
        {
            Purpose = purpose,
            SessionId = session.Id,
            Epoch = await AccountStore.LockAsync(db, session.AccountId),
            InviteId = null,
            ReturnTo = returnTo,
            CreatedAt = services.LogIn.Clock.NowMicros(),
        };

    public static async Task<Ending> FinishAsync(
        HttpContext http, Visit visit, SocialServices services, CancellationToken cancellationToken)
    {
        if (await FindSessionAsync(http, visit.Flow, services, cancellationToken) is not { } session)
            return Ending.Because(Problems.LoginExpired());
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var problem = await services.LogIn.Database.TransactAsync(async db =>
        {
            if (!await IsStillAsync(db, visit.Flow, session))
                return Problems.LoginExpired();
            return (await AddAsync(
                db, session.AccountId, visit.Provider.Name, visit.Profile.Subject, visit.Label, origin, services)).Problem;
        }, cancellationToken);
        if (problem is not null)
            return Ending.Because(problem);
        services.LogIn.Outbox.Wake();
        FlowCookie.Clear(http, services.Cookies);
        return new Ending(new Interstitial(visit.Flow.ReturnTo), "linked");
    }

    /// <summary>
    /// The session that began it, alive. A browser that sends another one along has changed hands since. One that sends
    /// none comes from the provider's site: the flow's own cookie has shown that it is the same.
    /// </summary>
    public static async Task<Session?> FindSessionAsync(
        HttpContext http, SocialFlow flow, SocialServices services, CancellationToken cancellationToken)
    {
        var presented = await SessionStart.PresentedAsync(http, services.LogIn, cancellationToken);
        return flow.SessionId is { } id && (presented is null || presented.Id == id)
            ? await services.LogIn.Authenticator.FindAsync(id, cancellationToken)
            : null;
    }

    /// <summary>
    /// Locks account and session. False when the session has ended, or the account's credentials have changed since it
    /// began: whoever held the old ones may have begun it.
    /// </summary>
    public static async Task<bool> IsStillAsync(Db db, SocialFlow flow, Session session) =>
        flow.Epoch is { } epoch && await SessionRows.TryLockInEpochAsync(db, session, epoch);

    /// <summary>In the caller's transaction, with the account locked. Who has it already keeps it.</summary>
    public static async Task<(string? Id, Problem? Problem)> AddAsync(
        Db db, string accountId, string provider, string subject, string? name, RequestOrigin origin, SocialServices services)
    {
        if (await Identities.FindAsync(db, provider, subject) is { } known)
            return known.AccountId == accountId ? (known.Id, null) : (null, Problems.IdentityTaken());
        if ((await Identities.ListAsync(db, accountId)).Count >= Identities.MostPerAccount)
            return (null, Problems.LimitReached("problem.too_many_identities"));
        var clock = services.LogIn.Clock;
        if (await Identities.TryAddAsync(db, clock, accountId, provider, subject, name) is not { } id)
            return (null, Problems.IdentityTaken()); // by somebody else, this moment
        var linked = await SecurityEvents.RecordAsync(db, clock, accountId, SecurityEventTypes.IdentityLinked, origin, provider);
        await services.LogIn.Outbox.EnqueueAsync(db, IdentityLinkedMail.Kind, accountId, linked);
        return (id, null);
    }
}
