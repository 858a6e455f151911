using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Mail;
using Gatehouse.Mail.Templates;
using Gatehouse.Storage;

namespace Gatehouse.Sessions;

/// <summary>The end of an account, whoever wants it: its owner, the operator, or its owner's own program.</summary>
internal static class AccountErasure
{
    /// <summary>
    /// Deletes an account and all that is about it, in the caller's transaction; false when there is none. What stays is
    /// the fact that an account of this id was deleted, without an address, and a good-bye that waits to be mailed.
    /// </summary>
    public static async Task<bool> EraseAsync(
        Db db, string accountId, Outbox outbox, TimeProvider clock, string detail = "")
    {
        if (await AccountStore.FindAsync(db, accountId) is not { } account)
            return false;
        await Outbox.DropAllAsync(db, accountId);
        if (account is { IsVerified: true, Email: { } email })
            await outbox.EnqueueAsync(db, GoodByeMail.Kind, null, email, account.Language);
        await SecurityEvents.EraseAsync(db, accountId);
        await SecurityEvents.RecordAsync(
            db, clock, accountId, SecurityEventTypes.AccountDeleted, new RequestOrigin(null, null), detail);
        await AccountStore.DeleteAsync(db, accountId);
        return true;
    }
}

/// <summary>The last word to an account that is gone already; the outbox row holds the address until it is sent.</summary>
internal sealed class GoodByeMail(AccountMails mails) : IMailKind
{
    public const string Kind = "good_bye";

    public string Name => Kind;

    public Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) =>
        Task.FromResult<ComposedMail?>(mails.GoodBye(new Addressee(mail.Recipient, null, mail.Language)));
}
