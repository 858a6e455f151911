using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SocialLogin;

// Promises: two accounts of one address become one by their owner's password alone, presented in the browser that came from
// the provider; it is checked as at a login, with the same budget. What waits is used once, and only while the account
// still has the address. Must never: link without the password, whatever the provider says.

/// <summary>"Is this you?": the account's password links the identity that came with its address, and logs in.</summary>
internal static class MatchIdentity
{
    public static string PathOf(string provider) => $"/auth/link/{provider}";

    public static async Task<IResult> Handle(
        HttpContext http, string provider, SocialServices services, CancellationToken cancellationToken)
    {
        if (services.Providers.Find(provider) is null)
            return Problems.NotFound();
        var (request, unfit) = await JsonBody.ReadAsync(http, SocialJson.Default.MatchRequest, cancellationToken);
        if (unfit is not null)
            return unfit;
        var (entered, refused) = await HandleAsync(http, provider, request!.Password, services, cancellationToken);
        return refused ?? services.LogIn.Answers.Issue(http, entered!.Issued, note: null);
    }

    /// <summary>What waits for a password in this browser, with its account; null when nothing does.</summary>
    public static async Task<(SocialMatch Match, Account Account)?> FindAsync(
        HttpContext http, string provider, SocialServices services, CancellationToken cancellationToken)
    {
        if (FlowCookie.Read(http, services.Cookies) is not { } browser)
            return null;
        return await services.LogIn.Database.ReadAsync<(SocialMatch, Account)?>(async db =>
            await SocialMatches.FindAsync(db, browser, provider, services.LogIn.Clock.NowMicros()) is { } match
            && await AccountStore.FindAsync(db, match.AccountId) is { IsVerified: true } account && account.EmailKey == match.EmailKey
                ? (match, account)
                : null, cancellationToken);
    }

    public static async Task<(Entered? Entered, Problem? Problem)> HandleAsync(
        HttpContext http, string provider, string text, SocialServices services, CancellationToken cancellationToken)
    {
        var (password, unfit) = AccountRules.ParsePresented(text);
        if (unfit is not null)
            return (null, unfit);
        if (await services.LogIn.Limiter.TryTakeAsync(LimitName.LoginSource, http.SourceKey(), cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        if (await FindAsync(http, provider, services, cancellationToken) is not var (match, account))
            return (null, Problems.LinkInvalid());
        var device = services.LogIn.Device.CounterFor(http, account.Id);
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var check = await services.Credentials.CheckAsync(
            account, device ?? account.EmailKey!, password!, origin, cancellationToken);
        if (check is not CredentialCheck.Right right)
            return (null, check.ToProblem());
        var way = new Way(SessionVia.Social, origin, ByDevice: device is not null)
        {
            RenewedHash = right.RenewedHash,
            FailuresBefore = right.FailuresBefore,
            Before = match.SessionId,
        };
        var presented = await SessionStart.PresentedAsync(http, services.LogIn, cancellationToken);
        var (issued, problem) = await services.LogIn.Database.TransactAsync(
            db => LinkAsync(db, FlowCookie.Read(http, services.Cookies)!, match, account, way, presented, services), cancellationToken);
        if (issued is null)
            return (null, problem);
        await SessionStart.SettleAsync(http, issued, presented, services.LogIn, way.Before);
        services.LogIn.Outbox.Wake();
        FlowCookie.Clear(http, services.Cookies);
        return (new Entered(issued, match.ReturnTo), null);
    }

    private static async Task<(IssuedSession? Issued, Problem? Problem)> LinkAsync(
        Db db, SecretToken browser, SocialMatch match, Account account, Way way, Session? presented, SocialServices services)
    {
        var clock = services.LogIn.Clock;
        // The password was right for the account as it was then: in another epoch, or with another address, it is another one.
        if (await AccountStore.LockAsync(db, account.Id) != account.Epoch
            || (await AccountStore.FindAsync(db, account.Id))?.EmailKey != match.EmailKey
            || !await SocialMatches.TryConsumeAsync(db, browser, match, clock.NowMicros()))
        {
            return (null, Problems.LinkInvalid());
        }
        var (identity, problem) = await LinkIdentity.AddAsync(
            db, account.Id, match.Provider, match.Subject, match.Name, way.Origin, services);
        if (problem is not null)
            return (null, problem);
        var users = await UserStore.ListAsync(db, account.Id);
        var notice = await SessionStart.NoticeAsync(db, account, way);
        var issued = await SessionStart.AddAsync(
            db, account, users, way with { IdentityId = identity }, presented, notice, services.LogIn);
        return (issued, issued is null ? Problems.LinkInvalid() : null);
    }

    /// <param name="ReturnTo">Where the login was to lead to as it began.</param>
    internal sealed record Entered(IssuedSession Issued, string ReturnTo);
}
