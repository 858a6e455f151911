using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Links;
using Gatehouse.Recovery;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Settings;

// Promises: one transaction sets the password and ends what an intruder may hold: every other session and its tokens,
// every grant, reset links, a pending email change, every copy of this session's cookie and what it was traded for. An
// undo link stays: it is how the owner gets back. The session that asked goes on. A mail tells the owner.

/// <summary>Sets a new password, behind a grant.</summary>
internal static class ChangePassword
{
    public static async Task<IResult> Handle(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var (request, unfit) = await JsonBody.ReadAsync(http, SettingsJson.Default.ChangePasswordRequest, cancellationToken);
        return unfit ?? await HandleAsync(http, granted!, request!.Password, services, cancellationToken) ?? (IResult)JsonAnswer.Empty;
    }

    public static async Task<Problem?> HandleAsync(
        HttpContext http, Granted granted, string text, SettingsServices services, CancellationToken cancellationToken)
    {
        var session = granted.Session;
        var account = await services.Database.ReadAsync(db => AccountStore.FindAsync(db, session.AccountId), cancellationToken);
        var email = EmailAddress.TryParse(account?.Email, out var address) ? address : null;
        var (password, weak) = services.Rules.ParseNewPassword(text, email, services.Rules.ParseUsername(account?.Username));
        if (weak is not null)
            return weak;
        var hash = await services.Credentials.HashAsync(password!, cancellationToken);
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var token = SessionToken.New();
        var refused = await services.Grants.TransactAsync(granted, async db =>
        {
            await AccountStore.SetPasswordAsync(db, session.AccountId, hash);
            await SessionStore.RevokeAllAsync(db, session.AccountId, session.Id);
            await Grants.RevokeAllAsync(db, session.AccountId);
            if (session.Via != SessionVia.Token)
                await SessionRows.ReplaceTokenAsync(db, session.Id, token.Hash(), services.Clock.NowMicros());
            await OneTimeLinks.DiscardAsync(db, LinkPurpose.ResetPassword, session.AccountId);
            await EmailChanges.DiscardAsync(db, session.AccountId);
            if (email is not null)
                await services.Outbox.EnqueueAsync(db, PasswordChangedMail.Kind, session.AccountId, email.Key);
            await SecurityEvents.RecordAsync(db, services.Clock, session.AccountId, SecurityEventTypes.PasswordChanged, origin);
            return null;
        }, cancellationToken);
        if (refused is not null)
            return refused;
        await services.Sessions.SettleAsync();
        services.Outbox.Wake();
        if (session.Via != SessionVia.Token)
            services.Answers.RenewCookie(http, token);
        return null;
    }
}
