using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Mail;
using Gatehouse.Mail.Templates;
using Gatehouse.SocialLogin.Providers;
using Gatehouse.Storage;

namespace Gatehouse.SocialLogin;

/// <summary>Tells the owner that there is another way into the account.</summary>
internal sealed class IdentityLinkedMail(AccountMails mails, AddressBudget budget, IdentityProviders providers) : IMailKind
{
    public const string Kind = "identity_linked";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) =>
        await IdentityMails.FindAsync(db, mail, budget, providers) is var (to, provider) ? mails.IdentityLinked(to, provider) : null;
}

/// <summary>Tells the owner that one way into the account is gone.</summary>
internal sealed class IdentityUnlinkedMail(AccountMails mails, AddressBudget budget, IdentityProviders providers) : IMailKind
{
    public const string Kind = "identity_unlinked";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) =>
        await IdentityMails.FindAsync(db, mail, budget, providers) is var (to, provider) ? mails.IdentityUnlinked(to, provider) : null;
}

/// <summary>Tells the owner that an identity of their own is no longer believed, and why that may be.</summary>
internal sealed class IdentityFrozenMail(AccountMails mails, AddressBudget budget, IdentityProviders providers) : IMailKind
{
    public const string Kind = "identity_frozen";

    public string Name => Kind;

    public async Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) =>
        await IdentityMails.FindAsync(db, mail, budget, providers) is var (to, _) ? mails.IdentityFrozen(to) : null;
}

/// <summary>The outbox row names the security event, whose detail is the provider.</summary>
internal static class IdentityMails
{
    /// <returns>Null when there is nobody to write to; the provider is null for an identity of one's own.</returns>
    public static async Task<(Addressee To, string? Provider)?> FindAsync(
        Db db, OutboxMail mail, AddressBudget budget, IdentityProviders providers) =>
        mail.AccountId is { } id && await AccountStore.FindAsync(db, id) is { Email: { } email, EmailKey: { } key } account
        && await SecurityEvents.FindAsync(db, id, mail.Recipient) is { } linked && await budget.AllowsAsync(db, mail, mail.Kind, key)
            ? (new Addressee(email, account.DisplayName, account.Language), TitleOf(linked.Detail, providers))
            : null;

    private static string? TitleOf(string provider, IdentityProviders providers) =>
        provider == Identities.OwnProvider ? null : providers.Find(provider)?.Title ?? provider;
}
