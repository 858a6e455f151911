using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Mail;
using Gatehouse.Mail.Templates;
using Gatehouse.Storage;

namespace Gatehouse.Sessions;

/// <summary>Tells the owner of a login from where the account was never seen before (GH-SEC-056).</summary>
internal sealed class NewDeviceMail(AccountMails mails, AddressBudget budget) : IMailKind
{
    public const string Kind = "new_device";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) =>
        await LogInMails.FindAsync(db, mail, budget) is { } login
            ? mails.NewDevice(login.To, ClientName.Of(login.Event.UserAgent), login.Event.Ip, login.Event.At)
            : null;
}

/// <summary>Tells the owner of a login that came after several wrong passwords (GH-SEC-056).</summary>
internal sealed class LogInAfterFailuresMail(AccountMails mails, AddressBudget budget) : IMailKind
{
    public const string Kind = "login_after_failures";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) =>
        await LogInMails.FindAsync(db, mail, budget) is { } login
            ? mails.LogInAfterFailures(login.To, ClientName.Of(login.Event.UserAgent), login.Event.Ip, login.Event.At)
            : null;
}

/// <summary>The login that a mail is about: the outbox row names its security event.</summary>
internal static class LogInMails
{
    public static async Task<LogInSeen?> FindAsync(Db db, OutboxMail mail, AddressBudget budget) =>
        mail.AccountId is { } id && await AccountStore.FindAsync(db, id) is { Email: { } email, EmailKey: { } key } account
        && await SecurityEvents.FindAsync(db, id, mail.Recipient) is { } seen && await budget.AllowsAsync(db, mail, mail.Kind, key)
            ? new LogInSeen(new Addressee(email, account.DisplayName, account.Language), seen)
            : null;
}

internal sealed record LogInSeen(Addressee To, SecurityEvent Event);
