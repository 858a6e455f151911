using Gatehouse.Accounts;
using Gatehouse.Links;
using Gatehouse.Mail;
using Gatehouse.Mail.Templates;
using Gatehouse.Storage;

namespace Gatehouse.Settings;

/// <summary>To the new address: the link that completes the change. A taken address gets nothing.</summary>
internal sealed class EmailChangeMail(AccountMails mails, AddressBudget budget, TimeProvider clock) : IMailKind
{
    public const string Kind = "email_change";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1); // fixed

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail)
    {
        if (mail.AccountId is null || await EmailChanges.FindAsync(db, mail.AccountId) is not { } change
            || change.EmailKey != mail.Recipient || await AccountStore.FindAsync(db, mail.AccountId) is not { } account
            || (await AccountStore.FindVerifiedByEmailKeyAsync(db, change.EmailKey) is { } owner && owner.Id != mail.AccountId)
            || !await budget.AllowsAsync(db, mail, Kind, change.EmailKey))
        {
            return null;
        }
        await OneTimeLinks.DiscardAsync(db, LinkPurpose.ChangeEmail, mail.AccountId); // a newer link replaces the older
        var token = await OneTimeLinks.CreateAsync(
            db, LinkPurpose.ChangeEmail, mail.AccountId, change.EmailKey, clock.NowMicros(), Lifetime);
        return mails.ConfirmNewEmail(new Addressee(change.Email, null, account.Language), token.Reveal(), Lifetime);
    }
}

/// <summary>To the address the account has, when another one is asked for: word of it, no link that does anything.</summary>
internal sealed class EmailChangeAskedMail(AccountMails mails, AddressBudget budget) : IMailKind
{
    public const string Kind = "email_change_asked";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) =>
        mail.AccountId is not null && await AccountStore.FindAsync(db, mail.AccountId) is { Email: { } email, EmailKey: { } key } account
        && key != mail.Recipient // completed already: the other mail tells of that
        && await budget.AllowsAsync(db, mail, Kind, key)
            ? mails.EmailChangeAsked(new Addressee(email, null, account.Language))
            : null;
}

/// <summary>To the old address when the change is done, with the link that undoes it.</summary>
internal sealed class EmailChangedMail(AccountMails mails) : IMailKind
{
    public const string Kind = "email_changed";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(72); // fixed: a weekend away from the mailbox

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail)
    {
        // An undo drops this mail under the same lock. One that a server defers must not become a link that undoes the undo.
        if (mail.AccountId is null || await AccountStore.LockAsync(db, mail.AccountId) is null
            || !await Outbox.HoldsAsync(db, mail.Id)
            || await AccountStore.FindAsync(db, mail.AccountId) is not { IsVerified: true } account
            || !EmailAddress.TryParse(mail.Recipient, out var old))
        {
            return null;
        }
        // Counted from the change, not from the mail: of two changes the earlier has the earlier link, however late it goes.
        var token = await OneTimeLinks.CreateAsync(
            db, LinkPurpose.UndoEmail, mail.AccountId, old.Key, mail.CreatedAt, Lifetime, restores: old.Address);
        return mails.EmailChanged(new Addressee(old.Address, null, account.Language), token.Reveal(), Lifetime);
    }
}
