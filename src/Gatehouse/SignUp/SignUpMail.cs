using Gatehouse.Accounts;
using Gatehouse.Mail;
using Gatehouse.Storage;

namespace Gatehouse.SignUp;

/// <summary>
/// The answer to a sign-up as only the mailbox sees it: a verification link, or, where the address has an account, word
/// of that with a reset link. Decided here and not in the request, whose time and answer are the same either way.
/// </summary>
internal sealed class SignUpMail(LinkMails mails) : IMailKind
{
    public const string Kind = "sign_up";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail)
    {
        if (mail.AccountId is null || await AccountStore.FindAsync(db, mail.AccountId) is not { IsVerified: false } pending)
            return null;
        if (await AccountStore.FindVerifiedByEmailKeyAsync(db, pending.EmailKey!) is not { } owner)
            return await mails.VerifyAsync(db, mail, pending);
        // The address belongs to somebody: this sign-up can never become an account.
        await AccountStore.DeletePendingAsync(db, pending.Id);
        return await mails.AlreadyHaveAccountAsync(db, mail, owner);
    }
}

/// <summary>Sends the verification link of the newest sign-up for an address again.</summary>
internal sealed class ResendMail(LinkMails mails) : IMailKind
{
    public const string Kind = "resend";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) =>
        await AccountStore.FindVerifiedByEmailKeyAsync(db, mail.Recipient) is null
        && await AccountStore.FindNewestPendingAsync(db, mail.Recipient) is { } pending
            ? await mails.VerifyAsync(db, mail, pending)
            : null;
}
