using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail;

public sealed class OutboxOnSqlite() : OutboxTests(StoreKind.Sqlite);

public sealed class OutboxOnPostgres() : OutboxTests(StoreKind.Postgres);

/// <summary>A mail and its cause happen together or not at all.</summary>
public abstract class OutboxTests(StoreKind kind)
{
    [Theory]
    [Meets("GH-SEC-278")]
    [InlineData("security_events")]
    [InlineData("mail_outbox")]
    public async Task Where_the_cause_fails_there_is_no_mail_and_where_the_mail_fails_no_cause(string missing)
    {
        await using var app = await App.StartAsync(kind);
        await app.Store.AskAsync($"ALTER TABLE {missing} RENAME TO away");

        var answer = await app.PostAsync("/api/auth/signup", App.Json(("email", "alice@example.com"), ("password", App.Password)));

        answer.IsProblem(500, "internal");
        await app.Store.AskAsync($"ALTER TABLE away RENAME TO {missing}");
        foreach (var table in (string[])["accounts", "mail_outbox", "security_events", "one_time_links", "dev_mails"])
            Assert.Equal(0, await app.Store.CountAsync(table));
    }

    [Fact]
    [Meets("GH-SEC-285", "GH-SEC-286")]
    public async Task It_holds_no_secret()
    {
        await using var app = await App.StartAsync(
            kind, ("Mail:Smtp:Host", "127.0.0.1"), ("Mail:Smtp:Port", "1"), ("Mail:From", "door@example.com"));

        await app.PostAsync("/api/auth/signup", App.Json(("email", "alice@example.com"), ("password", App.Password)));

        Assert.Equal("sign_up", await app.Store.AskAsync("SELECT kind FROM mail_outbox"));
        Assert.Equal("alice@example.com", await app.Store.AskAsync("SELECT recipient FROM mail_outbox"));
    }
}
