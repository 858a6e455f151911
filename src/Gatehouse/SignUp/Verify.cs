using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Invites;
using Gatehouse.Links;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SignUp;

// Promises: GET tells and changes nothing, however often a mail scanner asks. POST needs what the mail doesn't hold (the
// password of this very sign-up) and does all or nothing: link used, account verified, the address's other sign-ups
// discarded, first user made, session made. Of many at once one succeeds. A wrong password changes nothing but a count.

/// <summary>The link in the mail makes a pending account one's own.</summary>
internal static class Verify
{
    public static async Task<IResult> Look(
        HttpContext http, string token, SignUpServices services, CancellationToken cancellationToken)
    {
        var (found, problem) = await FindAsync(http, token, services, cancellationToken);
        return problem ?? (IResult)new JsonAnswer(Describe(found!, services.Settings.Verification.AskPassword));
    }

    public static async Task<IResult> Handle(
        HttpContext http, string token, SignUpServices services, CancellationToken cancellationToken)
    {
        var (request, problem) = await JsonBody.ReadOptionalAsync(http, SignUpJson.Default.VerifyRequest, cancellationToken);
        if (problem is not null)
            return problem;
        if (!services.Settings.Verification.AskPassword)
            return await AnswerConfirmAsync(http, token, request!.UserName, services, cancellationToken);
        var (verified, refused) = await VerifyAsync(http, token, request!, services, cancellationToken);
        return refused ?? services.Answers.Issue(http, verified!.Issued, verified.Note);
    }

    /// <summary>Seed 002's button: no password asked, no session made, off to the login page.</summary>
    public static async Task<IResult> HandleConfirm(HttpContext http, SignUpServices services, CancellationToken cancellationToken)
    {
        if (services.Settings.Verification.AskPassword)
            return Problems.NotFound();
        var (request, problem) = await JsonBody.ReadAsync(http, SignUpJson.Default.ConfirmAccountRequest, cancellationToken);
        return problem ?? await AnswerConfirmAsync(http, request!.Token, null, services, cancellationToken);
    }

    public static async Task<(Verified? Verified, Problem? Problem)> VerifyAsync(
        HttpContext http, string text, VerifyRequest request, SignUpServices services, CancellationToken cancellationToken)
    {
        if (request.Password is null)
            return (null, Problems.Missing("password"));
        if (request.UserName is null)
            return (null, Problems.Missing("user_name"));
        if (!UserName.TryParse(request.UserName, out var userName))
            return (null, Problems.InvalidInput("user_name", "error.name"));
        var (password, unfit) = AccountRules.ParsePresented(request.Password);
        if (unfit is not null)
            return (null, unfit);
        var (found, problem) = await FindAsync(http, text, services, cancellationToken);
        if (problem is not null)
            return (null, problem);
        var check = await services.Credentials.CheckAsync(
            found!.Pending, found.Pending.EmailKey!, password!, new RequestOrigin(http.Ip(), http.UserAgent()), cancellationToken);
        if (check is CredentialCheck.Wrong)
        {
            await services.Database.TransactAsync(
                db => OneTimeLinks.CountWrongTryAsync(db, LinkPurpose.VerifyEmail, found.Token), cancellationToken);
        }
        if (check.ToProblem() is { } refused)
            return (null, refused);
        var (done, lost) = await CompleteAsync(http, found, userName, withSession: true, services, cancellationToken);
        return done is { Issued: { } issued }
            ? (new Verified(issued, NoteFor(found, done)), null)
            : (null, lost ?? Problems.LinkInvalid());
    }

    /// <summary>Verifies without a password; makes no session.</summary>
    public static async Task<(Confirmed? Confirmed, Problem? Problem)> ConfirmAsync(
        HttpContext http, string text, string? userName, SignUpServices services, CancellationToken cancellationToken)
    {
        UserName? name = null;
        if (!string.IsNullOrEmpty(userName) && !UserName.TryParse(userName, out name))
            return (null, Problems.InvalidInput("user_name", "error.name"));
        var (found, problem) = await FindAsync(http, text, services, cancellationToken);
        if (problem is not null)
            return (null, problem);
        name ??= FirstName(found!.Pending);
        var (done, lost) = await CompleteAsync(http, found!, name, withSession: false, services, cancellationToken);
        return done is not null ? (new Confirmed(NoteFor(found!, done)), null) : (null, lost);
    }

    /// <summary>The sign-up behind a link; wrong links count against their source.</summary>
    public static async Task<(Found? Found, Problem? Problem)> FindAsync(
        HttpContext http, string text, SignUpServices services, CancellationToken cancellationToken)
    {
        var source = http.SourceKey();
        if (await services.Limiter.PeekAsync(LimitName.Link, source, cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        if (SecretToken.Parse(text) is { } token && await services.Database.ReadAsync(
            db => FindPendingAsync(db, token, services.Clock.NowMicros()), cancellationToken) is { } pending)
        {
            return (new Found(token, pending), null);
        }
        await services.Limiter.TryTakeAsync(LimitName.Link, source, cancellationToken);
        return (null, Problems.LinkInvalid());
    }

    private static async Task<IResult> AnswerConfirmAsync(
        HttpContext http, string token, string? userName, SignUpServices services, CancellationToken cancellationToken)
    {
        var (confirmed, refused) = await ConfirmAsync(http, token, userName, services, cancellationToken);
        if (refused is not null)
            return refused;
        return new JsonAnswer(confirmed!.Note is null
            ? """{"status":"confirmed"}"""u8.ToArray()
            : """{"status":"confirmed","note":"username_taken"}"""u8.ToArray());
    }

    private static async Task<Account?> FindPendingAsync(Db db, SecretToken token, long now) =>
        await OneTimeLinks.LookAtAsync(db, LinkPurpose.VerifyEmail, token, now) is { } link
        && await AccountStore.FindAsync(db, link.AccountId) is { IsVerified: false } pending
            ? pending
            : null;

    private static async Task<(Done? Done, Problem? Problem)> CompleteAsync(
        HttpContext http, Found found, UserName userName, bool withSession, SignUpServices services,
        CancellationToken cancellationToken)
    {
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var presented = withSession ? await services.Authenticator.AuthenticateAsync(http, cancellationToken) as Caller.Known : null;
        var (done, problem) = await services.Database.TransactAsync<(Done?, Problem?)>(async db =>
        {
            var now = services.Clock.NowMicros();
            await AccountStore.LockPendingAsync(db, found.Pending.EmailKey!);
            if (!await MayGoOnAsync(db, found.Pending, services, now))
                return (null, Problems.InviteInvalid());
            if (await OneTimeLinks.ConsumeAsync(db, LinkPurpose.VerifyEmail, found.Token, now) is not { } link
                || await MakeOwnAsync(db, services.Clock, found.Pending, link.SentTo, userName, origin) is not { } user)
            {
                return (null, Problems.LinkInvalid());
            }
            await services.Deliveries.AccountVerifiedAsync(db, link.AccountId);
            var verified = await AccountStore.FindAsync(db, link.AccountId);
            if (!withSession)
                return (new Done(verified!, null), null);
            var issued = await services.Sessions.AddAsync(db, verified!, [user], user.Id, SessionVia.Cookie, origin);
            // As at any login: the session that the browser came with ends, whoever's it was.
            if (presented is not null)
                await SessionRows.DeleteAsync(db, presented.Session.Id);
            return (new Done(verified!, issued), null);
        }, cancellationToken);
        if (done is null)
            return (null, problem);
        if (presented is not null)
            await services.Sessions.SettleAsync(presented.Session);
        if (done.Issued is not null)
            services.Sessions.Share(done.Issued);
        GatehouseMeter.Verified();
        return (done, null);
    }

    /// <summary>
    /// For the operator, who knows by other means whose address it is: makes the newest sign-up of an address its
    /// account, without a link. Null: none is pending, or the address has an account.
    /// </summary>
    public static async Task<Account?> ByOperatorAsync(Db db, TimeProvider clock, string emailKey)
    {
        await AccountStore.LockPendingAsync(db, emailKey);
        if (await AccountStore.FindNewestPendingAsync(db, emailKey) is not { } pending)
            return null;
        var user = await MakeOwnAsync(
            db, clock, pending, emailKey, FirstName(pending), new RequestOrigin(null, null), SecurityEvents.ByOperator);
        return user is null ? null : await AccountStore.FindAsync(db, pending.Id);
    }

    /// <summary>What every verification does; the account's first user, or null when the address has an account.</summary>
    private static async Task<User?> MakeOwnAsync(
        Db db, TimeProvider clock, Account pending, string sentTo, UserName userName, RequestOrigin origin, string detail = "")
    {
        var now = clock.NowMicros();
        if (!await AccountStore.VerifyAsync(db, pending.Id, sentTo, now))
            return null;
        var user = new User(Ids.New(clock), userName.Text, "{}", now);
        await UserStore.TryAddAsync(db, pending.Id, user);
        await OneTimeLinks.DiscardAsync(db, LinkPurpose.VerifyEmail, pending.Id);
        await SecurityEvents.RecordAsync(db, clock, pending.Id, SecurityEventTypes.AccountVerified, origin, detail);
        if (pending.InviteId is { } invite && await InviteStore.TryClaimAsync(db, invite, sentTo, now))
            await SecurityEvents.RecordAsync(db, clock, pending.Id, SecurityEventTypes.InviteClaimed, origin, detail);
        return user;
    }

    /// <summary>
    /// An invite that was revoked or ran out meanwhile holds the sign-up back where an invite is needed: the link stays
    /// unused. Where anybody may sign up it makes no difference.
    /// </summary>
    private static async Task<bool> MayGoOnAsync(Db db, Account pending, SignUpServices services, long now) =>
        pending.InviteId is not { } invite
        || services.Settings.SignUp.Mode == SignUpMode.Open
        || await InviteStore.IsForAsync(db, invite, pending.EmailKey!, now);

    private static string? NoteFor(Found found, Done done) =>
        found.Pending.Username is not null && done.Account.Username is null ? "username_taken" : null;

    /// <summary>Named after what they called themselves, else after the mailbox; "Me" when neither makes a name.</summary>
    private static UserName FirstName(Account pending) =>
        UserName.FirstOf(pending.DisplayName, pending.Email![..pending.Email!.IndexOf('@')]);

    private static byte[] Describe(Found found, bool askPassword)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteBoolean("valid", true);
            json.WriteBoolean("ask_password", askPassword);
            json.WriteString("displayname", found.Pending.DisplayName);
        });
    }

    /// <param name="Note">"username_taken" when the account was made without the username it asked for.</param>
    internal sealed record Confirmed(string? Note);

    /// <param name="Note">What the customer is told once beside their session.</param>
    internal sealed record Verified(IssuedSession Issued, string? Note);

    internal sealed record Found(SecretToken Token, Account Pending);

    private sealed record Done(Account Account, IssuedSession? Issued);
}
