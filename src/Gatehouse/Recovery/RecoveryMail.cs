using Gatehouse.Accounts;
using Gatehouse.Mail;
using Gatehouse.Mail.Templates;
using Gatehouse.SignUp;
using Gatehouse.Storage;

namespace Gatehouse.Recovery;

/// <summary>
/// A reset link for a verified account, the verification link for a pending one, nothing for anybody else. Who asked
/// gets the same answer in all three cases; only the mailbox learns which it was.
/// </summary>
internal sealed class RecoveryMail(LinkMails mails) : IMailKind
{
    public const string Kind = "recovery";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail)
    {
        var account = await AccountStore.FindVerifiedByEmailKeyAsync(db, mail.Recipient)
            ?? await AccountStore.FindVerifiedByUsernameAsync(db, mail.Recipient);
        if (account is not null)
            return account.Email is null ? null : await mails.ResetAsync(db, mail, account);
        return await AccountStore.FindNewestPendingAsync(db, mail.Recipient) is { } pending
            ? await mails.VerifyAsync(db, mail, pending)
            : null;
    }
}

/// <summary>Tells the owner that the password is another one now.</summary>
internal sealed class PasswordChangedMail(AccountMails mails) : IMailKind
{
    public const string Kind = "password_changed";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) =>
        mail.AccountId is not null && await AccountStore.FindAsync(db, mail.AccountId) is { Email: { } email } account
            ? mails.PasswordChanged(new Addressee(email, account.DisplayName, account.Language))
            : null;
}
