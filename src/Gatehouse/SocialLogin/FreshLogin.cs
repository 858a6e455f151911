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
// account; an old login there doesn't do, except at Google, which asks for the account and no password again. It is good
// for one grant of the session that began it: for the settings page, or for the program that asked, in the same browser.

/// <summary>A fresh login at a provider, in place of the password that settings ask for.</summary>
internal static class FreshLogin
{
    public static Task<(Uri? Location, Problem? Problem)> BeginAsync(
        HttpContext http, Session session, IIdentityProvider provider, Wish wish, SocialServices services,
        CancellationToken cancellationToken) => BeginLogin.BeginAsync(http, provider, fresh: true, begun =>
            services.LogIn.Database.TransactAsync<Problem?>(async db =>
            {
                var purpose = wish.ByProgram ? FlowPurpose.OpenByProgram : FlowPurpose.Open;
                var flow = await LinkIdentity.FlowOfAsync(db, purpose, session, wish.ReturnTo, services);
                if (!await SessionRows.TryLockAsync(db, session.Id))
                    return Problems.Unauthenticated();
                await begun.KeepAsync(db, flow);
                return null;
            }, cancellationToken), services, cancellationToken);

    public static async Task<Ending> FinishAsync(
        HttpContext http, Visit visit, SocialServices services, CancellationToken cancellationToken)
    {
        if (await LinkIdentity.FindSessionAsync(http, visit.Flow, services, cancellationToken) is not { } session)
            return Ending.Because(Problems.LoginExpired());
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var byProgram = visit.Flow.Purpose == FlowPurpose.OpenByProgram;
        var (grant, problem) = await services.LogIn.Database.TransactAsync<(SecretToken?, Problem?)>(async db =>
        {
            if (!await LinkIdentity.IsStillAsync(db, visit.Flow, session))
                return (null, Problems.LoginExpired());
            if (await Identities.FindAsync(db, visit.Provider.Name, visit.Profile.Subject) is not { } identity
                || identity.AccountId != session.AccountId)
            {
                return (null, Problems.WrongIdentity());
            }
            var now = services.LogIn.Clock.NowMicros();
            await Identities.TryUseAsync(db, identity.Id, now);
            await SecurityEvents.RecordAsync(
                db, services.LogIn.Clock, session.AccountId, SecurityEventTypes.SettingsOpened, origin, visit.Provider.Name);
            if (!byProgram)
                return ((await services.Grants.GiveAsync(db, session)).Token, null);
            await FreshLogins.KeepAsync(db, session.Id, visit.Provider.Name, visit.Browser, visit.Flow.Epoch!.Value, now);
            return (null, null);
        }, cancellationToken);
        if (problem is not null)
            return Ending.Because(problem);
        if (grant is not null)
        {
            FlowCookie.Clear(http, services.Cookies);
            GrantCookie.Set(http, services.Cookies, grant);
        }
        return new Ending(new Interstitial(visit.Flow.ReturnTo), "opened");
    }

    /// <summary>The grant that a program's fresh login is good for; null when there is none, in this browser and session.</summary>
    public static Task<(SecretToken Token, long ExpiresAt)?> TakeGrantAsync(
        HttpContext http, Session session, string provider, SocialServices services, CancellationToken cancellationToken) =>
        FlowCookie.Read(http, services.Cookies) is not { } browser
            ? Task.FromResult<(SecretToken, long)?>(null)
            : services.LogIn.Database.TransactAsync<(SecretToken, long)?>(async db =>
                await AccountStore.LockAsync(db, session.AccountId) is { } epoch && await SessionRows.TryLockAsync(db, session.Id)
                && await FreshLogins.TryConsumeAsync(db, session.Id, provider, browser, epoch, services.LogIn.Clock.NowMicros())
                    ? await services.Grants.GiveAsync(db, session)
                    : null, cancellationToken);

    /// <param name="ByProgram">A program asks for the grant afterwards; else the settings page has it as the browser comes back.</param>
    internal sealed record Wish(bool ByProgram, string ReturnTo);
}
