using Gatehouse.Tests.Support;

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
        app.Clock.Advance(TimeSpan.FromSeconds(1)); // the mailbox shows the newest first
        await app.PostAsync("/api/auth/passwd", App.Json(("email", Email)));
        var reset = (await app.MailAsync(Email, 1)).Token;
        (await app.PostAsync($"/api/auth/passwd/{reset}", App.Json(("password", Second)))).IsOk();
        await app.MailsSettledAsync();
        var session = await (person with { Password = Second }).LogInAsync();
        await session.PostAsync("/api/auth/logout", null);

        var logged = app.Logs.Text;

        Assert.Contains("MailKept", logged, StringComparison.Ordinal); // the sink does listen
        foreach (var secret in (string[])[link, reset, person.Cookie, session.Cookie, bearer, bearer.Split('.')[2]])
            Assert.DoesNotContain(secret, logged, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", logged, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
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
