using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Invites;
using Gatehouse.Links;
using Gatehouse.Mail;
using Gatehouse.Mail.Templates;
using Gatehouse.Storage;

namespace Gatehouse.SignUp;

/// <summary>
/// The mails that carry a link for an account, whichever flow asks: the link is made with its mail, and neither where
/// the address has had enough of that kind.
/// </summary>
internal sealed class LinkMails(AccountMails mails, AddressBudget budget, GatehouseSettings settings, TimeProvider clock)
{
    /// <summary>Earlier links of the same sign-up stay good: mails arrive late and out of order.</summary>
    public async Task<ComposedMail?> VerifyAsync(Db db, OutboxMail mail, Account pending)
    {
        if (!await budget.AllowsAsync(db, mail, "verify", pending.EmailKey!))
            return null;
        var lifetime = settings.Verification.LinkLifetime;
        var now = clock.NowMicros();
        var token = await OneTimeLinks.CreateAsync(
            db, LinkPurpose.VerifyEmail, pending.Id, pending.EmailKey!, now, lifetime);
        await InviteStore.ExtendHoldAsync(db, pending.Id, now + UnixMicros.Of(lifetime));
        return mails.Verify(ToOwner(pending), token.Reveal(), lifetime);
    }

    public async Task<ComposedMail?> ResetAsync(Db db, OutboxMail mail, Account account) =>
        await budget.AllowsAsync(db, mail, "reset", account.EmailKey!)
            ? mails.Reset(ToOwner(account), await ReplaceResetLinkAsync(db, account), settings.RecoveryLinkLifetime)
            : null;

    public async Task<ComposedMail?> AlreadyHaveAccountAsync(Db db, OutboxMail mail, Account owner) =>
        await budget.AllowsAsync(db, mail, "account_exists", owner.EmailKey!)
            ? mails.AlreadyHaveAccount(ToOwner(owner), await ReplaceResetLinkAsync(db, owner), settings.RecoveryLinkLifetime)
            : null;

    private static Addressee ToOwner(Account account) => new(account.Email!, account.DisplayName, account.Language);

    /// <summary>A newer reset link replaces the older one.</summary>
    private async Task<string> ReplaceResetLinkAsync(Db db, Account account)
    {
        await OneTimeLinks.DiscardAsync(db, LinkPurpose.ResetPassword, account.Id);
        var token = await OneTimeLinks.CreateAsync(
            db, LinkPurpose.ResetPassword, account.Id, account.EmailKey!, clock.NowMicros(), settings.RecoveryLinkLifetime);
        return token.Reveal();
    }
}
