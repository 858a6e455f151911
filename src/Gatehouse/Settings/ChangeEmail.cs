using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Links;
using Gatehouse.Mail;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Settings;

// Promises: nothing changes until the new address is proved by its link; a taken address gets the same answer and no
// link. The old address is told when the change is asked for and when it is done, then with a link that undoes it for 72
// hours. Completing and undoing end sessions: whoever was in by the old or the hostile address is out. An undo link is
// ended by nothing but its age and the use of an earlier one: so nobody who takes an account over can shake it off.

/// <summary>Changes the account's email: asked for behind a grant, completed by the mailed link, undone by the old address.</summary>
internal static class ChangeEmail
{
    public static async Task<IResult> Ask(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var (request, unfit) = await JsonBody.ReadAsync(http, SettingsJson.Default.ChangeEmailRequest, cancellationToken);
        return unfit ?? await AskAsync(http, granted!, request!.Email, services, cancellationToken) ?? SignUp.SignUp.Accepted;
    }

    public static async Task<Problem?> AskAsync(
        HttpContext http, Granted granted, string text, SettingsServices services, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(text, out var email))
            return Problems.InvalidInput("email", "error.email");
        var session = granted.Session;
        // By account too: who has one and many sources could otherwise write to any number of strangers.
        var full = await services.Limiter.TryTakeAsync(LimitName.Mail, http.SourceKey(), cancellationToken)
            ?? await services.Limiter.TryTakeAsync(LimitName.Mail, session.AccountId, cancellationToken);
        if (full is { } wait)
        {
            return Problems.TooManyRequests(wait);
        }
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var refused = await services.Grants.TransactAsync(granted, async db =>
        {
            await EmailChanges.KeepAsync(db, session.AccountId, email, session.Id, services.Clock.NowMicros());
            await services.Outbox.EnqueueAsync(db, EmailChangeMail.Kind, session.AccountId, email.Key);
            await services.Outbox.EnqueueAsync(db, EmailChangeAskedMail.Kind, session.AccountId, email.Key);
            await SecurityEvents.RecordAsync(db, services.Clock, session.AccountId, SecurityEventTypes.EmailChangeAsked, origin);
            return null;
        }, cancellationToken);
        if (refused is null)
            services.Outbox.Wake();
        return refused;
    }

    public static async Task<IResult> Complete(
        HttpContext http, string token, SettingsServices services, CancellationToken cancellationToken) =>
        await CompleteAsync(http, token, services, cancellationToken) ?? (IResult)JsonAnswer.Empty;

    public static Task<Problem?> CompleteAsync(
        HttpContext http, string token, SettingsServices services, CancellationToken cancellationToken)
    {
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        return UseLinkAsync(http, token, LinkPurpose.ChangeEmail, services, async (db, link) =>
        {
            var account = await AccountStore.FindAsync(db, link.AccountId);
            if (await EmailChanges.FindAsync(db, link.AccountId) is not { } change || change.EmailKey != link.SentTo
                || !await AccountStore.TrySetEmailAsync(db, link.AccountId, change.Email, change.EmailKey))
            {
                return false;
            }
            await EmailChanges.DiscardAsync(db, link.AccountId);
            await EndWhatTheOldAddressOpenedAsync(db, link.AccountId, change.SessionId);
            if (account!.Email is not null)
                await services.Outbox.EnqueueAsync(db, EmailChangedMail.Kind, link.AccountId, account.Email);
            await SecurityEvents.RecordAsync(db, services.Clock, link.AccountId, SecurityEventTypes.EmailChanged, origin);
            return true;
        }, cancellationToken);
    }

    public static async Task<IResult> Undo(
        HttpContext http, string token, SettingsServices services, CancellationToken cancellationToken) =>
        await UndoAsync(http, token, services, cancellationToken) ?? (IResult)JsonAnswer.Empty;

    public static Task<Problem?> UndoAsync(
        HttpContext http, string token, SettingsServices services, CancellationToken cancellationToken)
    {
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        return UseLinkAsync(http, token, LinkPurpose.UndoEmail, services, async (db, link) =>
        {
            if (!EmailAddress.TryParse(link.Restores, out var old)
                || !await AccountStore.TrySetEmailAsync(db, link.AccountId, old.Address, old.Key))
            {
                return false;
            }
            await EndWhatTheOldAddressOpenedAsync(db, link.AccountId, exceptSession: null);
            await EmailChanges.DiscardAsync(db, link.AccountId);
            await Identities.DiscardNewerAsync(db, link.AccountId, link.CreatedAt);
            // Those of later changes went to addresses that this one takes back, or are still to be mailed there; those of
            // earlier changes stay good.
            await OneTimeLinks.DiscardNewerAsync(db, LinkPurpose.UndoEmail, link.AccountId, link.CreatedAt);
            await Outbox.DropNewerAsync(db, EmailChangedMail.Kind, link.AccountId, link.CreatedAt);
            await SecurityEvents.RecordAsync(db, services.Clock, link.AccountId, SecurityEventTypes.EmailChangeUndone, origin);
            return true;
        }, cancellationToken);
    }

    /// <summary>Whether the link could be used now; wrong ones count against their source. Changes nothing.</summary>
    public static async Task<Problem?> LookAsync(
        HttpContext http, string text, string purpose, SettingsServices services, CancellationToken cancellationToken)
    {
        var source = http.SourceKey();
        if (await services.Limiter.PeekAsync(LimitName.Link, source, cancellationToken) is { } wait)
            return Problems.TooManyRequests(wait);
        var good = SecretToken.Parse(text) is { } token && await services.Database.ReadAsync(
            db => IsGoodAsync(db, purpose, token, services.Clock.NowMicros()), cancellationToken);
        if (good)
            return null;
        await services.Limiter.TryTakeAsync(LimitName.Link, source, cancellationToken);
        return Problems.LinkInvalid();
    }

    private static async Task<bool> IsGoodAsync(Db db, string purpose, SecretToken token, long now) =>
        await OneTimeLinks.LookAtAsync(db, purpose, token, now) is { } link
        && (purpose == LinkPurpose.UndoEmail
            || (await EmailChanges.FindAsync(db, link.AccountId))?.EmailKey == link.SentTo);

    private static async Task EndWhatTheOldAddressOpenedAsync(Db db, string accountId, string? exceptSession)
    {
        await SessionStore.RevokeAllAsync(db, accountId, exceptSession);
        await Grants.RevokeAllAsync(db, accountId);
        await OneTimeLinks.DiscardAsync(db, LinkPurpose.ResetPassword, accountId);
    }

    /// <summary>
    /// Uses the link up together with its effect, or neither: one that comes to nothing (the address is taken just now)
    /// stays good. Wrong links count against their source.
    /// </summary>
    /// <param name="effect">False: it could not be, and nothing was changed.</param>
    private static async Task<Problem?> UseLinkAsync(
        HttpContext http, string text, string purpose, SettingsServices services, Func<Db, OneTimeLink, Task<bool>> effect,
        CancellationToken cancellationToken)
    {
        if (await LookAsync(http, text, purpose, services, cancellationToken) is { } problem)
            return problem;
        var token = SecretToken.Parse(text)!;
        var done = await services.Database.TransactAsync(async db =>
        {
            var now = services.Clock.NowMicros();
            if (await OneTimeLinks.LookAtAsync(db, purpose, token, now) is not { } seen)
                return false;
            await AccountStore.LockAsync(db, seen.AccountId);
            // Nobody else uses a link of this account before this ends: what is found here is used once.
            if (await OneTimeLinks.LookAtAsync(db, purpose, token, now) is not { } link || !await effect(db, link))
                return false;
            await OneTimeLinks.ConsumeAsync(db, purpose, token, now); // an undo has discarded it with the newer ones
            return true;
        }, cancellationToken);
        if (!done)
            return Problems.LinkInvalid();
        await services.Sessions.SettleAsync();
        services.Outbox.Wake();
        return null;
    }
}
