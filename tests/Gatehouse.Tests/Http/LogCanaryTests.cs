using Gatehouse.Invites;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Http;

public sealed class LogCanariesOnSqlite() : LogCanaryTests(StoreKind.Sqlite);

public sealed class LogCanariesOnPostgres() : LogCanaryTests(StoreKind.Postgres);

/// <summary>The whole way through the product at the most talkative level: nothing that opens a door is written down.</summary>
public abstract class LogCanaryTests(StoreKind kind)
{
    private const string Email = "canary-mailbox@canary.example";
    private const string First = "canary first password";
    private const string Second = "canary second password";

    [Fact]
    [Meets("GH-SEC-024", "GH-SEC-118", "GH-SEC-147", "GH-SEC-252", "GH-SEC-253", "GH-SEC-255")]
    public async Task No_password_cookie_token_link_or_address_is_logged()
    {
        await using var app = await App.StartAsync(kind);
        var link = await app.SignUpAsync(Email, First);
        await app.GetAsync($"/api/auth/mail/verify/{link}");
        await app.PostAsync($"/api/auth/mail/verify/{link}", App.Json(("password", "canary wrong one"), ("user_name", "Canary Bird")));
        await app.PostAsync("/api/auth/login", App.Json(("email", Email), ("password", First)));
        var verified = await app.PostAsync($"/api/auth/mail/verify/{link}", App.Json(("password", First), ("user_name", "Canary Bird")));
        verified.IsOk();
        var person = new Person(app, Email, First, verified.Cookie("gatehouse")!, verified.Json);
        var bearer = await person.TakeTokenAsync();
        await app.GetAsync("/account", ("Authorization", "Bearer " + bearer));
        await app.GetAsync("/account", ("Authorization", "Bearer canary.bad.token"));
        await person.PostAsync("/api/auth/users", App.Json(("name", "Canary Chick"), ("password", First)));
        await app.PostAsync("/api/auth/login", $$"""{"email":"{{Email}}","password":["canary in an array"]}""");
        await app.PostAsync("/api/auth/login?password=canary-query", "{ canary broken");
        await app.GetAsync("/api/auth/session", ("Cookie", "gatehouse=canary-cookie"));
        await app.GetAsync("/canary-path/canary-path", ("User-Agent", "canary-agent\u001b[31m"), ("Referer", "https://canary-referer"));
        await app.LogInAsync("canary\r\nWarning forged \u001b[31m\",\"x\":\"line", "canary\nforged line");
        app.Clock.Advance(TimeSpan.FromSeconds(1)); // the mailbox shows the newest first
        await app.PostAsync("/api/auth/passwd", App.Json(("email", Email)));
        var reset = (await app.MailAsync(Email, 1)).Token;
        (await app.PostAsync($"/api/auth/passwd/{reset}", App.Json(("password", Second)))).IsOk();
        await app.MailsSettledAsync();
        var session = await (person with { Password = Second }).LogInAsync();
        await (await session.LogInAsync()).PostAsync("/api/auth/logout", null);
        var settings = await ChangeEverythingAsync(session);

        var logged = app.Logs.Text;

        Assert.Contains("MailKept", logged, StringComparison.Ordinal); // the sink does listen
        foreach (var secret in (string[])[link, reset, person.Cookie, session.Cookie, bearer, bearer.Split('.')[2], .. settings])
            Assert.DoesNotContain(secret, logged, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", logged, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("forged", logged, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u001b', logged);
    }

    /// <summary>Walks through invites, settings and an email change to the account's end; every secret it met.</summary>
    private static async Task<string[]> ChangeEverythingAsync(Person person)
    {
        const string Next = "canary-next@canary.example";
        const string Third = "canary third password";
        var app = person.App;
        var (_, invite) = await app.Services.GetRequiredService<Database>().TransactAsync(
            db => InviteStore.CreateAsync(db, app.Clock, null, null, TimeSpan.FromDays(1)), CancellationToken.None);
        (await app.GetAsync($"/api/auth/invites/{invite.Reveal()}")).IsOk();
        (await app.PostAsync("/api/auth/signup", App.Json(
            ("email", "canary-invited@canary.example"), ("password", First), ("invite", invite.Reveal())))).IsOk();
        await person.PostAsync("/api/auth/account/open", App.Json(("password", "canary wrong again")));
        var first = await person.OpenAsync();
        const string Named = """{"username":"canarybird","config":{"canary":"canary"}}""";
        await person.SendAsync(HttpMethod.Patch, "/api/auth/account", Named, first);
        await person.GetAsync("/api/auth/account/events", first);
        await person.GetAsync("/api/auth/account", ("Account-Grant", "canary-grant"));
        (await person.PostAsync("/api/auth/account/email", App.Json(("email", Next)), first)).IsOk();
        var change = (await app.MailAsync(Next)).Token;
        var changed = await person.PostAsync("/api/auth/account/password", App.Json(("password", Third)), first);
        person = person with { Cookie = changed.Cookie("gatehouse")!, Password = Third };
        var second = await person.OpenAsync();
        var seen = await app.TickAsync(Next);
        (await person.PostAsync("/api/auth/account/email", App.Json(("email", Next)), second)).IsOk();
        var again = (await app.MailAsync(Next, seen)).Token;
        await app.MailsSettledAsync();
        seen = await app.TickAsync(Email);
        (await app.PostAsync($"/api/auth/account/email/{again}", null)).IsOk();
        var undo = (await app.MailAsync(Email, seen)).Token;
        var device = (await app.LogInAsync(Next, Third)).Cookie("gatehouse-device")!;
        await app.LogInAsync(Next, Third, ("Cookie", "gatehouse-device=" + device));
        var third = await person.OpenAsync();
        (await person.SendAsync(HttpMethod.Delete, "/api/auth/account", null, third)).IsOk();
        await app.PostAsync($"/api/auth/account/email/undo/{undo}", null);
        await app.MailsSettledAsync();
        return [invite.Reveal(), first.Value, second.Value, third.Value, change, again, undo, device, person.Cookie];
    }
    [Fact]
    [Meets("GH-SEC-226", "GH-SEC-252", "GH-SEC-256")]
    public async Task A_broken_database_is_logged_without_what_was_in_it()
    {
        await using var app = await App.StartAsync(kind);
        await app.Store.AskAsync("DROP TABLE username_holds");

        var answer = await app.PostAsync("/api/auth/signup",
            App.Json(("email", Email), ("password", First), ("username", "canarybird")), ("User-Agent", "canary-agent"));

        answer.IsProblem(500, "internal");
        Assert.Equal("type title status detail code name id trace_id", string.Join(' ', answer.Json.EnumerateObject().Select(member => member.Name)));
        Assert.DoesNotContain("username_holds", answer.Body, StringComparison.Ordinal);
        Assert.Contains("RequestFailed", app.Logs.Text, StringComparison.Ordinal);
        Assert.Contains(answer.Json.GetProperty("trace_id").GetString()!, app.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", app.Logs.Text, StringComparison.OrdinalIgnoreCase);
    }
}
