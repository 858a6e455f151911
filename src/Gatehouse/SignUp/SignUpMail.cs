using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Links;
using Gatehouse.Mail;
using Gatehouse.Mail.Templates;
using Gatehouse.Storage;

namespace Gatehouse.SignUp;

/// <summary>
/// The answer to a sign-up as only the mailbox sees it: a verification link, or, where the address has an account, word
/// of that with a reset link. Decided here and not in the request, whose time and answer are the same either way.
/// </summary>
internal sealed class SignUpMail(AccountMails mails, GatehouseSettings settings, TimeProvider clock) : IMailKind
{
    public const string Kind = "sign_up";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail)
    {
        if (mail.AccountId is null || await AccountStore.FindAsync(db, mail.AccountId) is not { IsVerified: false } pending)
            return null;
        if (await AccountStore.FindVerifiedByEmailKeyAsync(db, pending.EmailKey!) is not { } owner)
            return await ComposeVerifyAsync(db, mails, pending, settings, clock);
        // The address belongs to somebody: this sign-up can never become an account.
        await AccountStore.DeletePendingAsync(db, pending.Id);
        await OneTimeLinks.DiscardAsync(db, LinkPurpose.ResetPassword, owner.Id);
        var token = await OneTimeLinks.CreateAsync(
            db, LinkPurpose.ResetPassword, owner.Id, owner.EmailKey!, clock.NowMicros(), settings.RecoveryLinkLifetime);
        return mails.AlreadyHaveAccount(owner.Email!, owner.DisplayName, token.Reveal(), settings.RecoveryLinkLifetime);
    }

    public static async Task<ComposedMail> ComposeVerifyAsync(
        Db db, AccountMails mails, Account pending, GatehouseSettings settings, TimeProvider clock)
    {
        var lifetime = settings.Verification.LinkLifetime;
        var token = await OneTimeLinks.CreateAsync(
            db, LinkPurpose.VerifyEmail, pending.Id, pending.EmailKey!, clock.NowMicros(), lifetime);
        return mails.Verify(pending.Email!, pending.DisplayName, token.Reveal(), lifetime);
    }
}

/// <summary>Sends the verification link of the newest sign-up for an address again; earlier links stay good.</summary>
internal sealed class ResendMail(AccountMails mails, GatehouseSettings settings, TimeProvider clock) : IMailKind
{
    public const string Kind = "resend";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail)
    {
        if (await AccountStore.FindVerifiedByEmailKeyAsync(db, mail.Recipient) is not null
            || await AccountStore.FindNewestPendingAsync(db, mail.Recipient) is not { } pending)
        {
            return null;
        }
        return await SignUpMail.ComposeVerifyAsync(db, mails, pending, settings, clock);
    }
}
