using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Sessions;
using Gatehouse.Texts;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>The open settings: what the account is, its forms, where it is logged in, what happened to it.</summary>
internal sealed record SettingsView(
    Account Account, IReadOnlyList<Identity> Identities, IReadOnlyList<User> Users, IReadOnlyList<SessionListing> Devices, IReadOnlyList<SecurityEvent> Events,
    Session Session, SettingsPage.Refused? Refused, GatehouseSettings Settings, ServedFeatures Served)
{
    public Page ToPage(HttpRequest request) => new("settings.title", speech => $"""
        {(Refused is null ? Notice.Of(request)?.ToHtml(speech) : null)}
        {Alert(speech)}
        {(Account.Email is null ? Html.Of($"""<p class="notice">{speech["settings.no_email"]}</p>""") : null)}
        {Section("account", speech, $"""
            {Row("email", Account.Email, FormFor("email", "settings.email_button", Email()), speech)}
            {Row("username", Account.Username, FormFor("username", "settings.save", Username()), speech)}
            {Row("password", HasPassword ? "••••••••" : null, FormFor("password", PasswordButton, NewPassword()), speech)}
            {Row("language", Spoken.Name, FormFor("language", "settings.save", LanguageField()), speech)}
            """)}
        {(Ways.Count + Identities.Count > 0 || Own ? new WaysSection(Ways, Own, Identities, HasPassword).ToHtml(speech) : null)}
        {(Served.Have(GatehouseFeatures.Users) ? UsersSection(speech) : null)}
        {Section("devices", speech, $"""
            <ul class="rows">{Devices.Select(device => ToHtml(device, speech))}</ul>
            {(Devices.Count > 1 ? FormFor("end_others", "settings.end_others").ToHtml(speech) : null)}
            """)}
        {Section("events", speech, $"""<ul class="rows">{Events.Select(item => ToHtml(item, speech))}</ul>""")}
        {Section("delete", speech, $"""
            <details{Opened("delete")}><summary>{speech["settings.leave"]}</summary>
            <p>{speech["settings.delete_what"]}</p>
            {(FormFor("delete", "settings.delete_button", Confirmation()) with { Grave = true }).ToHtml(speech)}</details>
            """)}
        <nav aria-label="{speech["page.ways"]}"><p><a href="{HomePage.Path}">{speech["page.home"]}</a></p></nav>
        """)
    {
        Problem = Refused?.Problem,
        Wide = true,
    };

    private bool HasPassword => Account.PasswordHash is not null;

    private string PasswordButton => HasPassword ? "settings.password_button" : "settings.password_set";

    private IReadOnlyList<SocialSettings> Ways => Served.Have(GatehouseFeatures.SocialLogin) ? Settings.Social : [];

    private bool Own => JlinxPage.IsServed(Settings, Served);

    public static Html Section(string name, Speech speech, Html inside) => $"""
        <section aria-labelledby="{name}-heading"><h2 id="{name}-heading">{speech[$"settings.{name}"]}</h2>
        {inside}</section>
        """;

    /// <summary>What something is now; and, folded away until it is asked for or was refused, the form to change it.</summary>
    private Html Row(string action, string? now, Form form, Speech speech) => $"""
        <details class="row"{Opened(action)}><summary><span class="name">{speech[$"field.{action}"]}</span>
        <bdi>{now ?? speech["settings.none"]}</bdi><span class="change">{speech["settings.change"]}</span></summary>
        {form.ToHtml(speech)}</details>
        """;

    private Html? Opened(string action) => Refused?.Action == action ? Html.Of($" open") : null;

    private Html UsersSection(Speech speech) => Section("users", speech, $"""
        {Users.Select(user => ToHtml(user, speech))}
        <details class="row"{Opened("add_user")}><summary><span class="change">{speech["users.add"]}</span></summary>
        {FormFor("add_user", "users.add_button", Name(Refused?.Action == "add_user" ? Typed("add_user", "name") : null)).ToHtml(speech)}</details>
        """);

    private Html ToHtml(User user, Speech speech)
    {
        var refused = Refused is { Action: "rename_user" } && Refused.Form["user"] == user.Id;
        var rename = FormFor("rename_user", "settings.save", Name(refused ? Refused!.Form["name"] : user.Name)) with
        {
            Hidden = [("action", "rename_user"), ("user", user.Id)],
            Prefix = $"user-{user.Id}-",
            Problem = refused ? Refused!.Problem : null,
        };
        var delete = new Form(SettingsPage.Path, "users.delete", [])
        {
            Hidden = [("action", "delete_user"), ("user", user.Id)],
            Grave = true,
        };
        return $"""
            <details class="row"{(refused ? Html.Of($" open") : null)}><summary>{Avatar.ToHtml(user.Id, user.Name)}<bdi>{user.Name}</bdi>
            <span class="change">{speech["settings.change"]}</span></summary>
            {rename.ToHtml(speech)}
            {(Users.Count > 1 ? delete.ToHtml(speech) : null)}</details>
            """;
    }

    /// <summary>A refusal of one of the buttons; that of a form with a field stands in the form.</summary>
    private Html? Alert(Speech speech) =>
        Refused is null || Refused.Action is "username" or "email" or "password" or "language" or "add_user" or "rename_user" or "delete"
        ? null
        : Html.Of($"""<p class="alert" role="alert">{speech.Say(Refused.Problem.Detail)}</p>""");

    private Form FormFor(string action, string button, params Field[] fields) => new(SettingsPage.Path, button, fields)
    {
        Problem = Refused?.Action == action ? Refused.Problem : null,
        Hidden = [("action", action)],
        Quiet = true,
        Owner = action == "password" ? Account.Email ?? Account.Username : null,
        Prefix = action == "delete" || action == "add_user" ? action + "-" : "",
    };

    private Field Username() => new("username", "field.username", "text", "username")
    {
        Value = Typed("username", "username") ?? Account.Username,
        Hint = "settings.username_hint",
    };

    private Field Email() => Field.Email(Typed("email", "email"), "field.new_email") with { Hint = "settings.email_hint" };

    private Field NewPassword() => Field.NewPassword("field.new_password", Settings.SignUp);

    private Language Spoken => Language.Find(Account.Language) ?? Settings.Pages.Language;

    private Field LanguageField() => new("language", "field.language", "select", "language")
    {
        Value = Spoken.Tag,
        Hint = "settings.language_hint",
        Choices = Language.All,
    };

    private static Field Name(string? typed) => new("name", "field.name", "text", "off") { Value = typed };

    private Field[] Confirmation() => SettingsActions.NameToType(Account) is { } name
        ? [new Field("email", "settings.delete_type", "text", "off") { Hint = new Phrase("settings.delete_hint", ("name", name)) }]
        : [];

    private string? Typed(string action, string field) => Refused?.Action == action ? Refused.Form[field] : null;

    private Html ToHtml(SessionListing device, Speech speech)
    {
        var client = speech.Say(ClientName.Of(device.UserAgent));
        var end = device.Id == Session.Id ? Html.Of($"<strong>{speech["settings.this_device"]}</strong>") : Html.Of($"""
            <form method="post" action="{SettingsPage.Path}"><input type="hidden" name="action" value="end">
            <input type="hidden" name="session" value="{device.Id}">
            <button type="submit" class="secondary" aria-label="{EndLabel(client, device, speech)}">{speech["settings.end"]}</button></form>
            """);
        var used = Html.Say(speech, "settings.last_used", ("at", Moment.ToHtml(device.LastSeenAt)));
        return $"""
            <li><span>{client}<small>{used} · <bdi>{device.Ip}</bdi></small></span>{end}</li>
            """;
    }

    private static string EndLabel(string client, SessionListing device, Speech speech) =>
        speech.Say(new Phrase("settings.end_this", ("device", client), ("at", Moment.ToText(device.LastSeenAt))));

    private static Html ToHtml(SecurityEvent item, Speech speech) => $"""
        <li><span>{speech[WordsOf(item)]}<small>{Moment.ToHtml(item.At)} · {Where(item, speech)}</small></span></li>
        """;

    /// <summary>An identity of one's own is nothing at another site.</summary>
    private static string WordsOf(SecurityEvent item) => (item.Type, item.Detail) switch
    {
        (SecurityEventTypes.IdentityLinked, JlinxServices.Provider) => "event.own_identity_linked",
        (SecurityEventTypes.IdentityUnlinked, JlinxServices.Provider) => "event.own_identity_unlinked",
        _ => $"event.{item.Type}",
    };

    private static Html Where(SecurityEvent item, Speech speech) => item.Detail == SecurityEvents.ByOperator
        ? Html.Of($"{speech["settings.by_operator"]}")
        : Html.Of($"{speech.Say(ClientName.Of(item.UserAgent))}{(item.Ip is null ? null : Html.Of($", <bdi>{item.Ip}</bdi>"))}");
}
