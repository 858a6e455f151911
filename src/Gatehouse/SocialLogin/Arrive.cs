using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SocialLogin;

// Promises: the link is (provider, subject), so who is known comes in, whatever their email is by now. Who isn't is never
// let into an account because an email matches: its owner is asked for the password first. All or nothing, in one
// transaction; of many at once one account is made. Must never: adopt a sign-up that is pending for the address.

/// <summary>Logs in whom a provider has vouched for, and makes an account for who is new.</summary>
internal static class Arrive
{
    private const int MostTries = 3; // each loser of a race finds at the next try what the winner made

    /// <summary>Where a login in a window of its own ends; it goes nowhere else on the way.</summary>
    public const string DonePath = "/auth/done";

    public static async Task<Ending> FinishAsync(
        HttpContext http, Visit visit, SocialServices services, CancellationToken cancellationToken)
    {
        if (await FindWaitAsync(http, visit, services, cancellationToken) is { } wait)
            return Ending.Because(Problems.TooManyRequests(wait));
        var presented = await SessionStart.PresentedAsync(http, services.LogIn, cancellationToken);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var outcome = await services.LogIn.Database.TransactAsync(
                db => ComeInAsync(db, http, visit, presented, services), cancellationToken);
            switch (outcome)
            {
                case Arrival.In { Issued: { } issued } arrived:
                    await SessionStart.SettleAsync(http, issued, presented, services.LogIn, visit.Flow.SessionId);
                    services.LogIn.Outbox.Wake();
                    if (arrived.IsNew)
                        GatehouseMeter.Verified();
                    return new Ending(Enter(http, issued, visit.Flow.ReturnTo, services), arrived.IsNew ? "new" : "in");
                case Arrival.Asked:
                    FlowCookie.Set(http, services.Cookies, visit.Browser); // as long as what waits for the password
                    return new Ending(new OnTo(MatchIdentity.PathOf(visit.Provider.Name)), "asked");
                case Arrival.Refused refused:
                    return Ending.Because(refused.Problem);
            }
        }
        return Ending.Because(Problems.LoginExpired());
    }

    /// <summary>Whoever is new draws on the budget of sign-ups, by whatever way they come.</summary>
    private static async Task<TimeSpan?> FindWaitAsync(
        HttpContext http, Visit visit, SocialServices services, CancellationToken cancellationToken) =>
        await services.LogIn.Database.ReadAsync(
            db => Identities.FindAsync(db, visit.Provider.Name, visit.Profile.Subject), cancellationToken) is null
            ? await services.LogIn.Limiter.TryTakeAsync(LimitName.SignUp, http.SourceKey(), cancellationToken)
            : null;

    /// <summary>The session's cookies, and the way on; who has to choose a user does that first.</summary>
    public static Interstitial Enter(HttpContext http, IssuedSession issued, string returnTo, SocialServices services)
    {
        FlowCookie.Clear(http, services.Cookies);
        services.LogIn.Answers.Issue(http, issued, note: null);
        return new Interstitial(WayOn(issued, returnTo, services.Served));
    }

    public static string WayOn(IssuedSession issued, string returnTo, ServedFeatures served) =>
        issued.Session.UserId is null && returnTo != DonePath && served.Have(GatehouseFeatures.Users | GatehouseFeatures.Pages)
            ? ReturnPath.Parse(returnTo).After("/auth/users")
            : returnTo;

    private static async Task<Arrival> ComeInAsync(
        Db db, HttpContext http, Visit visit, Session? presented, SocialServices services)
    {
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var way = new Way(SessionVia.Social, origin, ByDevice: false) { Before = visit.Flow.SessionId };
        if (await Identities.FindAsync(db, visit.Provider.Name, visit.Profile.Subject) is not { } identity)
            return await NewCustomer.AddAsync(db, http, visit, way, presented, services);
        // The account first, as everywhere: so that a deletion or an unlinking at the same time waits, and not crosswise.
        if (await AccountStore.LockAsync(db, identity.AccountId) is null
            || await AccountStore.FindAsync(db, identity.AccountId) is not { } account)
        {
            return Arrival.Again.Instance;
        }
        way = way with { IdentityId = identity.Id, ByDevice = services.LogIn.Device.CounterFor(http, account.Id) is not null };
        var users = await UserStore.ListAsync(db, account.Id);
        var notice = await SessionStart.NoticeAsync(db, account, way);
        return await SessionStart.AddAsync(db, account, users, way, presented, notice, services.LogIn) is { } issued
            ? new Arrival.In(issued, IsNew: false)
            : Arrival.Again.Instance;
    }
}

/// <summary>How an arrival ended.</summary>
internal abstract record Arrival
{
    private Arrival()
    {
    }

    public sealed record In(IssuedSession Issued, bool IsNew) : Arrival;

    /// <summary>The address has an account; its owner is asked for the password.</summary>
    public sealed record Asked : Arrival
    {
        public static Asked Instance { get; } = new();
    }

    public sealed record Refused(Problem Problem) : Arrival;

    /// <summary>Another login changed what was found; nothing was done.</summary>
    public sealed record Again : Arrival
    {
        public static Again Instance { get; } = new();
    }
}
