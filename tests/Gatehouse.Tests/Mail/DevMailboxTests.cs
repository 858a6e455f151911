using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail;

public sealed class DevMailboxOnSqlite() : DevMailboxTests(StoreKind.Sqlite);

public sealed class DevMailboxOnPostgres() : DevMailboxTests(StoreKind.Postgres);

public abstract class DevMailboxTests(StoreKind kind)
{
    [Fact]
    public async Task It_shows_each_mail_newest_first_in_the_contract_s_shape()
    {
        await using var app = await App.StartAsync(kind);
        await app.SignUpAsync("alice@example.com");
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var token = await app.SignUpAsync("bob@example.com");

        var answer = await app.GetAsync("/dev/mail.json");

        Assert.Equal("mails", Assert.Single(answer.Json.EnumerateObject()).Name);
        var mails = answer.Json.GetProperty("mails");
        Assert.Equal("bob@example.com alice@example.com", string.Join(' ', mails.EnumerateArray().Select(mail => mail.GetProperty("to").GetString())));
        var mail = mails[0];
        Assert.Equal("id to kind subject text html links at", string.Join(' ', mail.EnumerateObject().Select(member => member.Name)));
        Assert.Equal("verify", mail.GetProperty("kind").GetString());
        Assert.Equal($"http://localhost:8080/auth/mail/verify/{token}", Assert.Single(mail.GetProperty("links").EnumerateArray()).GetString());
        Assert.Equal(UnixMicros.ToRfc3339(app.Clock.NowMicros()), mail.GetProperty("at").GetString());
    }

    [Fact]
    public async Task It_can_be_asked_for_one_address()
    {
        await using var app = await App.StartAsync(kind);
        await app.SignUpAsync("alice@example.com");

        foreach (var to in (string[])["alice@example.com", "ALICE@Example.com"])
            Assert.Single(await app.MailsAsync(to));
        foreach (var to in (string[])["bob@example.com", "%", "' OR ''='", ""])
            Assert.Empty(await app.MailsAsync(to));
    }
}
