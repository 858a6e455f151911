using System.Globalization;
using Gatehouse.Storage;

namespace Gatehouse.Mail.Templates;

/// <summary>The words of the mails about an account.</summary>
internal sealed class AccountMails(MailLayout layout)
{
    public ComposedMail Verify(string to, string? name, string token, TimeSpan lifetime) => layout.Compose("verify", to, new(
        $"Confirm your email for {layout.Title}", name,
        [
            $"You signed up for {layout.Title}. Open the link below and enter the password you chose to finish.",
            $"The link works once, within {Spell(lifetime)}.",
        ],
        new("Confirm my account", layout.UrlOf($"/auth/mail/verify/{token}")),
        "You get this mail because somebody signed up with your address. If it wasn't you, ignore it: without the password "
        + "nothing happens, and the sign-up is deleted."));

    public ComposedMail AlreadyHaveAccount(string to, string? name, string token, TimeSpan lifetime) => layout.Compose(
        "account_exists", to, new(
        $"You already have an account at {layout.Title}", name,
        [
            $"Somebody signed up for {layout.Title} with your address, but you have an account already; just log in.",
            $"If you forgot your password, choose a new one with the link below. It works once, within {Spell(lifetime)}.",
        ],
        new("Choose a new password", layout.UrlOf($"/auth/passwd/{token}")),
        "You get this mail because your address was entered at sign-up. If it wasn't you, ignore it: nothing has changed."));

    public ComposedMail Reset(string to, string? name, string token, TimeSpan lifetime) => layout.Compose("reset", to, new(
        $"Choose a new password for {layout.Title}", name,
        [$"Open the link below to choose a new password. It works once, within {Spell(lifetime)}."],
        new("Choose a new password", layout.UrlOf($"/auth/passwd/{token}")),
        "You get this mail because somebody asked for a new password for your account. If it wasn't you, ignore it: your "
        + "password stays as it is."));

    public ComposedMail PasswordChanged(string to, string? name) => layout.Compose("password_changed", to, new(
        $"Your password at {layout.Title} was changed", name,
        ["Your password was just changed, and everybody was logged out of your account."],
        new("It wasn't me: choose a new password", layout.UrlOf("/auth/passwd")),
        "You get this mail because it is your account. If you changed the password yourself, there is nothing to do."));

    public ComposedMail NewDevice(string to, string? name, string client, string? ip, long at) => layout.Compose("new_device", to, new(
        $"New login to your account at {layout.Title}", name,
        [$"Somebody logged in to your account from a device we haven't seen there before: {Spell(client, ip, at)}."],
        new("It wasn't me: choose a new password", layout.UrlOf("/auth/passwd")),
        "You get this mail because it is your account. If it was you, there is nothing to do."));

    public ComposedMail LogInAfterFailures(string to, string? name, string client, string? ip, long at) => layout.Compose(
        "login_after_failures", to, new(
        $"Login after wrong passwords at {layout.Title}", name,
        [
            "Several wrong passwords were entered for your account, and then the right one: "
            + $"{Spell(client, ip, at)}.",
        ],
        new("It wasn't me: choose a new password", layout.UrlOf("/auth/passwd")),
        "You get this mail because it is your account. If it was you, there is nothing to do."));

    public ComposedMail ConfirmNewEmail(string to, string token, TimeSpan lifetime) => layout.Compose("email_change", to, new(
        $"Confirm your new email for {layout.Title}", null,
        [$"Open the link below to use this address for your account from now on. It works once, within {Spell(lifetime)}."],
        new("Use this address", layout.UrlOf($"/auth/email/{token}")),
        "You get this mail because somebody entered your address as their new one. If it wasn't you, ignore it: nothing changes."));

    public ComposedMail EmailChangeAsked(string to) => layout.Compose("email_change_asked", to, new(
        $"A new email was asked for at {layout.Title}", null,
        [
            "Somebody who knows your password asked to use another email address for your account. Nothing has changed yet.",
            "If it wasn't you, choose a new password at once: that takes the request back too.",
        ],
        null,
        "You get this mail because it is your account. If it was you, there is nothing to do here."));

    public ComposedMail EmailChanged(string to, string token) => layout.Compose("email_changed", to, new(
        $"Your email at {layout.Title} was changed", null,
        [
            "Your account uses another email address from now on.",
            "If it wasn't you, the link below takes it back and logs everybody out. It works once, within 3 days.",
        ],
        new("Take it back", layout.UrlOf($"/auth/email/undo/{token}")),
        "You get this mail because this was your account's address until now."));

    public ComposedMail GoodBye(string to) => layout.Compose("good_bye", to, new(
        $"Your account at {layout.Title} was deleted", null,
        ["Your account and everything in it is gone. You are welcome to come back: just sign up again."],
        null,
        "You get this last mail because this was your account's address."));

    private static string Spell(string client, string? ip, long at) => string.Create(
        CultureInfo.InvariantCulture, $"{client}, {(ip is null ? "" : $"address {ip}, ")}{UnixMicros.ToTime(at):d MMMM yyyy, HH:mm} UTC");

    private static string Spell(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} days"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} hours"),
        { TotalMinutes: >= 60 } => "an hour",
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} minutes"),
        _ => "a minute",
    };
}
