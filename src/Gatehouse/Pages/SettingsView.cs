using System.Globalization;
using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>The open settings: what the account is, its forms, where it is logged in, what happened to it.</summary>
internal sealed record SettingsView(
    Account Account, IReadOnlyList<SessionListing> Devices, IReadOnlyList<SecurityEvent> Events, string CurrentSession,
    SettingsPage.Refused? Refused, GatehouseSettings Settings, ServedFeatures Served)
{
    public Page ToPage(HttpRequest request) => new("Settings", $"""
        {(Refused is null ? Notice.Of(request) : null)}
        {Alert()}
        <section aria-labelledby="username-heading"><h2 id="username-heading">Username</h2>
        {FormFor("username", "Save", Username()).ToHtml()}</section>
        <section aria-labelledby="email-heading"><h2 id="email-heading">Email</h2>
        <p>Now: <bdi>{Account.Email}</bdi></p>
        {FormFor("email", "Change the email", Email()).ToHtml()}</section>
        <section aria-labelledby="password-heading"><h2 id="password-heading">Password</h2>
        {FormFor("password", "Change the password", Field.NewPassword("New password", Settings.SignUp)).ToHtml()}</section>
        <section aria-labelledby="devices-heading"><h2 id="devices-heading">Where you are logged in</h2>
        <ul class="rows">{Devices.Select(ToHtml)}</ul>
        {(Devices.Count > 1 ? FormFor("end_others", "Log out everywhere else").ToHtml() : null)}</section>
        <section aria-labelledby="events-heading"><h2 id="events-heading">What happened lately</h2>
        <ul class="rows">{Events.Select(ToHtml)}</ul></section>
        <section aria-labelledby="delete-heading"><h2 id="delete-heading">Delete the account</h2>
        <details><summary>I want to leave</summary>
        <p>Your account, its users and everything in it are gone at once. It can't be undone.</p>
        {FormFor("delete", "Delete my account for good").ToHtml()}</details></section>
        <nav aria-label="Other ways"><p><a href="{HomePage.Path}">Home</a>{ToUsers}</p></nav>
        """)
    {
        Problem = Refused?.Problem,
    };

    private Html? ToUsers => Served.Have(GatehouseFeatures.Users)
        ? Html.Of($""" · <a href="{UsersPage.Path}">Users</a>""")
        : null;

    /// <summary>A refusal of one of the buttons; that of a form with a field stands in the form.</summary>
    private Html? Alert() => Refused is null || Refused.Action is "username" or "email" or "password"
        ? null
        : Html.Of($"""<p class="alert" role="alert">{Refused.Problem.Detail}</p>""");

    private Form FormFor(string action, string button, params Field[] fields) => new(SettingsPage.Path, button, fields)
    {
        Problem = Refused?.Action == action ? Refused.Problem : null,
        Hidden = [("action", action)],
        Quiet = true,
    };

    private Field Username() => new("username", "Username", "text", "username")
    {
        Value = Typed("username") ?? Account.Username,
        Hint = "You can log in with it in place of your email.",
    };

    private Field Email() => new("email", "New email", "email", "email")
    {
        Value = Typed("email"),
        Hint = "We send a link to the new address; nothing changes before you open it.",
    };

    private string? Typed(string field) => Refused?.Action == field ? Refused.Form[field] : null;

    private Html ToHtml(SessionListing device)
    {
        var current = device.Id == CurrentSession;
        var end = current ? Html.Of($"<strong>This one</strong>") : Html.Of($"""
            <form method="post" action="{SettingsPage.Path}"><input type="hidden" name="action" value="end">
            <input type="hidden" name="session" value="{device.Id}">
            <button type="submit" class="secondary" aria-label="Log out {ClientName.Of(device.UserAgent)}, {Time(device.LastSeenAt)}">Log out</button></form>
            """);
        return $"""
            <li><span>{ClientName.Of(device.UserAgent)}<small>{device.Ip}, last used {Time(device.LastSeenAt)}</small></span>{end}</li>
            """;
    }

    private static Html ToHtml(SecurityEvent item) => $"""
        <li><span>{Words(item.Type)}<small>{Where(item)}, {Time(item.At)}</small></span></li>
        """;

    private static string Where(SecurityEvent item) => item switch
    {
        { Detail: SecurityEvents.ByOperator } => "by the operator",
        { Ip: { } ip } => $"{ClientName.Of(item.UserAgent)}, {ip}",
        _ => ClientName.Of(item.UserAgent),
    };

    private static string Words(string type) => char.ToUpperInvariant(type[0]) + type[1..].Replace('_', ' ');

    private static string Time(long micros) =>
        UnixMicros.ToTime(micros).ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
