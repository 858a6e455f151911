using Gatehouse.Configuration;
using Gatehouse.Storage;
using Gatehouse.Texts;

namespace Gatehouse.Mail.Templates;

/// <summary>What the mails about an account say.</summary>
internal sealed class AccountMails(MailLayout layout, GatehouseSettings settings)
{
    private static readonly MailLink NotMe = new("mail.not_me", "/auth/passwd");

    public ComposedMail Verify(Addressee to, string token, TimeSpan lifetime)
    {
        var ask = settings.Verification.AskPassword;
        return layout.Compose("verify", to, new(
            About("mail.verify.subject"),
            [About(ask ? "mail.verify.what" : "mail.verify.what_only"), Within("mail.link_once", lifetime)],
            new("mail.verify.button", $"/auth/mail/verify/{token}"),
            ask ? "mail.verify.reason" : "mail.verify.reason_only"));
    }

    public ComposedMail AlreadyHaveAccount(Addressee to, string token, TimeSpan lifetime) => layout.Compose("account_exists", to, new(
        About("mail.account_exists.subject"),
        [About("mail.account_exists.what"), Within("mail.account_exists.forgot", lifetime)],
        new("mail.reset.button", $"/auth/passwd/{token}"),
        "mail.account_exists.reason"));

    public ComposedMail Reset(Addressee to, string token, TimeSpan lifetime) => layout.Compose("reset", to, new(
        About("mail.reset.subject"),
        [Within("mail.reset.what", lifetime)],
        new("mail.reset.button", $"/auth/passwd/{token}"),
        "mail.reset.reason"));

    public ComposedMail PasswordChanged(Addressee to) => layout.Compose("password_changed", to, new(
        About("mail.password_changed.subject"), ["mail.password_changed.what"], NotMe, "mail.password_changed.reason"));

    public ComposedMail NewDevice(Addressee to, Phrase client, string? ip, long at) => layout.Compose("new_device", to, new(
        About("mail.new_device.subject"),
        [new Phrase("mail.new_device.what", ("login", LogIn(client, ip, at)))],
        NotMe,
        "mail.your_account"));

    public ComposedMail LogInAfterFailures(Addressee to, Phrase client, string? ip, long at) => layout.Compose(
        "login_after_failures", to, new(
        About("mail.login_after_failures.subject"),
        [new Phrase("mail.login_after_failures.what", ("login", LogIn(client, ip, at)))],
        NotMe,
        "mail.your_account"));

    public ComposedMail ConfirmNewEmail(Addressee to, string token, TimeSpan lifetime) => layout.Compose("email_change", to, new(
        About("mail.email_change.subject"),
        [Within("mail.email_change.what", lifetime)],
        new("mail.email_change.button", $"/auth/email/{token}"),
        "mail.email_change.reason"));

    public ComposedMail EmailChangeAsked(Addressee to) => layout.Compose("email_change_asked", to, new(
        About("mail.email_change_asked.subject"),
        ["mail.email_change_asked.what", "mail.email_change_asked.afterwards"],
        null,
        "mail.your_account"));

    public ComposedMail EmailChanged(Addressee to, string token, TimeSpan lifetime) => layout.Compose("email_changed", to, new(
        About("mail.email_changed.subject"),
        ["mail.email_changed.what", Within("mail.email_changed.undo", lifetime)],
        new("mail.email_changed.button", $"/auth/email/undo/{token}"),
        "mail.email_changed.reason"));

    /// <param name="provider">What it is called; null for an identity of one's own.</param>
    public ComposedMail IdentityLinked(Addressee to, string? provider) => layout.Compose("identity_linked", to, new(
        About("mail.identity_linked.subject"),
        [
            provider is null ? "mail.own_identity_linked.what" : new Phrase("mail.identity_linked.what", ("provider", provider)),
            "mail.identity_linked.afterwards",
        ],
        NotMe,
        "mail.your_account"));

    /// <param name="provider">What it was called; null for an identity of one's own.</param>
    public ComposedMail IdentityUnlinked(Addressee to, string? provider) => layout.Compose("identity_unlinked", to, new(
        About("mail.identity_unlinked.subject"),
        [provider is null ? "mail.own_identity_unlinked.what" : new Phrase("mail.identity_unlinked.what", ("provider", provider))],
        NotMe,
        "mail.your_account"));

    public ComposedMail IdentityFrozen(Addressee to) => layout.Compose("identity_frozen", to, new(
        About("mail.identity_frozen.subject"),
        ["mail.identity_frozen.what", "mail.identity_frozen.afterwards"],
        null,
        "mail.your_account"));

    public ComposedMail GoodBye(Addressee to) => layout.Compose("good_bye", to, new(
        About("mail.good_bye.subject"), ["mail.good_bye.what"], null, "mail.good_bye.reason"));

    private Phrase About(string key) => new(key, ("site", settings.Pages.Title));

    private static Phrase Within(string key, TimeSpan lifetime) => new(key, ("lifetime", lifetime));

    private static Phrase LogIn(Phrase client, string? ip, long at) => ip is null
        ? new Phrase("mail.login_somewhere", ("client", client), ("at", UnixMicros.ToWords(at)))
        : new Phrase("mail.login_from", ("client", client), ("ip", ip), ("at", UnixMicros.ToWords(at)));
}
