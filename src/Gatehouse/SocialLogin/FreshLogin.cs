using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin.Providers;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SocialLogin;

// Promises: who has no password presents their credentials by logging in anew at a provider that is linked to the very
// account; an old login there doesn't do. It is good for one grant of the session that began it.

/// <summary>A fresh login at a provider, in place of the password that settings ask for.</summary>
internal static class FreshLogin
{
    public static Task<(Uri? Location, Problem? Problem)> BeginAsync(
        HttpContext http, Session session, IIdentityProvider provider, string returnTo, SocialServices services,
        CancellationToken cancellationToken) => BeginLogin.BeginAsync(
            http, provider, LinkIdentity.FlowOf(FlowPurpose.Open, session, returnTo, services), services, cancellationToken);

    /// <summary>The browser comes back to the open settings page; an API client asks for its grant by itself.</summary>
    public static async Task<Ending> FinishAsync(
        HttpContext http, Visit visit, SocialServices services, CancellationToken cancellationToken)
    {
        if (await LinkIdentity.FindSessionAsync(http, visit.Flow, services, cancellationToken) is not { } session)
            return Ending.Because(Problems.LoginExpired());
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var (grant, problem) = await services.LogIn.Database.TransactAsync<(SecretToken?, Problem?)>(async db =>
        {
            await AccountStore.LockAsync(db, session.AccountId);
            if (!await SessionRows.TryLockAsync(db, session.Id))
                return (null, Problems.LoginExpired());
            if (await Identities.FindAsync(db, visit.Provider.Name, visit.Profile.Subject) is not { } identity
                || identity.AccountId != session.AccountId)
            {
                return (null, Problems.WrongIdentity());
            }
            var now = services.LogIn.Clock.NowMicros();
            await Identities.TryUseAsync(db, identity.Id, now);
            await FreshLogins.KeepAsync(db, session.Id, visit.Provider.Name, now);
            await SecurityEvents.RecordAsync(
                db, services.LogIn.Clock, session.AccountId, SecurityEventTypes.SettingsOpened, origin, visit.Provider.Name);
            return ((await services.Grants.GiveAsync(db, session)).Token, null);
        }, cancellationToken);
        if (problem is not null)
            return Ending.Because(problem);
        FlowCookie.Clear(http, services.Cookies);
        GrantCookie.Set(http, services.Cookies, grant!);
        return new Ending(new Interstitial(visit.Flow.ReturnTo), "opened");
    }
}
