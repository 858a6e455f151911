using Gatehouse.Mail;
using Gatehouse.Storage;
using Gatehouse.Tests.Mail.Smtp;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Mail;

public sealed class MailRelayOnSqlite() : MailRelayTests(StoreKind.Sqlite);

public sealed class MailRelayOnPostgres() : MailRelayTests(StoreKind.Postgres);

/// <summary>From the outbox to the mail server: nothing lost, nothing twice, nobody in the way of others.</summary>
public abstract class MailRelayTests(StoreKind kind) : IAsyncLifetime
{
    private readonly FakeClock clock = new();
    private Store store = null!;

    public async Task InitializeAsync() => store = await Store.CreateAsync(kind);

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task A_mail_goes_out_once_and_a_copy_is_in_the_dev_mailbox()
    {
        await using var sink = await SmtpSink.StartAsync();
        await using var app = await StartAsync(sink.Port);

        var token = await app.SignUpAsync();

        var mail = await NextMailAsync(sink);
        Assert.Equal("alice@example.com", mail.To);
        Assert.Contains($"http://localhost:8080/auth/mail/verify/{token}", mail.Received.Text, StringComparison.Ordinal);
        await app.MailsSettledAsync();
        clock.Advance(TimeSpan.FromHours(1));
        await RelayOf(app).SendDueAsync(CancellationToken.None);
        await sink.AssertNothingMoreAsync();
    }

    [Fact]
    [Meets("GH-SEC-280", "GH-SEC-282")]
    public async Task A_mail_that_is_deferred_comes_again_later_and_later_under_the_same_id()
    {
        await using var busy = await SmtpSink.StartAsync("data=451");
        await using var app = await StartAsync(busy.Port);
        await app.PostAsync("/api/auth/signup", App.Json(("email", "alice@example.com"), ("password", App.Password)));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var longest = TimeSpan.Zero;

        for (long tries = 1; tries <= 5; tries++)
        {
            ids.Add((await NextMailAsync(busy)).Received["Message-ID"]);
            var wait = await WaitAfterAsync(tries);
            Assert.True(wait > longest && wait <= TimeSpan.FromMinutes(20), $"try {tries}: {wait}");
            longest = wait;
            clock.Advance(wait);
            app.Services.GetRequiredService<Outbox>().Wake();
        }

        Assert.Single(ids);
        Assert.Empty(await app.MailsAsync("alice@example.com"));
    }

    [Fact]
    public async Task A_mail_that_is_refused_for_good_is_kept_for_the_operator_and_not_sent_again()
    {
        await using var sink = await SmtpSink.StartAsync("recipient=550");
        await using var app = await StartAsync(sink.Port);

        await app.PostAsync("/api/auth/signup", App.Json(("email", "alice@example.com"), ("password", App.Password)));

        await UntilAsync("SELECT count(*) FROM mail_outbox WHERE dead_at IS NOT NULL");
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0, await RelayOf(app).SendDueAsync(CancellationToken.None));
        Assert.DoesNotContain("alice", app.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-213")]
    public async Task A_dead_mail_goes_after_thirty_days()
    {
        await using var app = await App.StartOnAsync(store, clock);
        var housekeeping = app.Services.GetRequiredService<Gatehouse.Hosting.Housekeeping>();
        await store.AskAsync($"""
            INSERT INTO mail_outbox (id, kind, account_id, recipient, created_at, due_at, tries, dead_at)
            VALUES ('0', 'recovery', NULL, 'alice@example.com', 1, 1, 9, {UnixMicros.NowMicros(clock)})
            """);

        clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMicroseconds(1));
        await housekeeping.PurgeAsync(CancellationToken.None);
        Assert.Equal(1, await store.CountAsync("mail_outbox"));
        clock.Advance(TimeSpan.FromMicroseconds(1));
        await housekeeping.PurgeAsync(CancellationToken.None);

        Assert.Equal(0, await store.CountAsync("mail_outbox"));
    }

    [Fact]
    [Meets("GH-SEC-282")]
    public async Task A_mail_is_given_up_when_its_link_would_be_dead()
    {
        await using var app = await StartAsync(ServerProcess.FreePort());
        await app.PostAsync("/api/auth/signup", App.Json(("email", "alice@example.com"), ("password", App.Password)));
        await UntilAsync("SELECT count(*) FROM mail_outbox WHERE last_error IS NOT NULL");
        clock.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));

        app.Services.GetRequiredService<Outbox>().Wake();

        await UntilAsync("SELECT count(*) FROM mail_outbox WHERE dead_at IS NOT NULL");
        await Eventually.TrueAsync(() => app.Logs.Text.Contains("MailGivenUp", StringComparison.Ordinal));
    }

    [Fact]
    [Meets("GH-SEC-281")]
    public async Task A_killed_relay_loses_nothing()
    {
        await using var app = await App.StartOnAsync(store, clock);
        var database = app.Services.GetRequiredService<Database>();
        var outbox = app.Services.GetRequiredService<Outbox>();
        var now = UnixMicros.NowMicros(clock);
        await database.TransactAsync(async db =>
        {
            await db.ExecuteAsync(
                "INSERT INTO accounts (id, email, email_key, password_hash, config, epoch, created_at) VALUES ('a', 'alice@example.com', 'alice@example.com', 'x', '{}', 0, @now)",
                new { now });
            await outbox.EnqueueAsync(db, "sign_up", "a", "alice@example.com");
            // As a relay that is killed right after: claimed, and never heard of again.
            Assert.Single(await Outbox.ClaimAsync(db, now, now + 300_000_000, 20));
        }, CancellationToken.None);
        Assert.Empty(await app.MailsAsync("alice@example.com"));

        clock.Advance(TimeSpan.FromMinutes(5));
        outbox.Wake();

        Assert.Equal("verify", (await app.MailAsync("alice@example.com")).Kind);
    }

    [Fact]
    [Meets("GH-SEC-280")]
    public async Task Two_relays_do_not_send_one_mail_twice()
    {
        await using var one = await App.StartOnAsync(store, clock);
        await using var two = await App.StartOnAsync(store, clock);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : two).PostAsync(
            "/api/auth/signup", App.Json(("email", $"a{i}@example.com"), ("password", App.Password)))));
        await one.MailsSettledAsync();

        Assert.Equal(20, await store.CountAsync("dev_mails"));
        Assert.Equal(20, await store.CountAsync("one_time_links"));
    }

    [Fact]
    [Meets("GH-SEC-249", "GH-SEC-283")]
    public async Task A_mail_that_cannot_be_composed_is_in_nobody_s_way()
    {
        await using var app = await App.StartOnAsync(store, clock);
        var now = UnixMicros.NowMicros(clock);
        await store.AskAsync($"INSERT INTO mail_outbox (id, kind, account_id, recipient, created_at, due_at, tries) VALUES ('0', 'poison', NULL, 'x', {now}, {now}, 0)");
        await store.AskAsync($"INSERT INTO accounts (id, config, epoch, created_at) VALUES ('half', '{{}}', 0, {now})");
        await store.AskAsync($"INSERT INTO mail_outbox (id, kind, account_id, recipient, created_at, due_at, tries) VALUES ('1', 'sign_up', 'half', 'x', {now}, {now}, 0)");

        await app.SignUpAsync();

        await UntilAsync("SELECT CASE WHEN count(*) = 2 THEN 1 ELSE 0 END FROM mail_outbox WHERE tries > 0 AND last_error IS NOT NULL");
        clock.Advance(TimeSpan.FromHours(25));
        app.Services.GetRequiredService<Outbox>().Wake();
        await UntilAsync("SELECT CASE WHEN count(*) = 2 THEN 1 ELSE 0 END FROM mail_outbox WHERE dead_at IS NOT NULL");
    }

    private Task<App> StartAsync(int smtpPort) => App.StartOnAsync(store, clock,
        ("Mail:Smtp:Host", "127.0.0.1"), ("Mail:Smtp:Port", smtpPort.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("Mail:Smtp:Security", "None"), ("Mail:From", "Door <door@example.com>"));

    private static MailRelay RelayOf(App app) => app.Services.GetRequiredService<MailRelay>();

    private static async Task<(string To, ReceivedMail Received)> NextMailAsync(SmtpSink sink)
    {
        var mail = await sink.NextAsync().WaitAsync(TimeSpan.FromSeconds(20));
        return (Assert.Single(mail.GetProperty("to").EnumerateArray()).GetString()!,
            ReceivedMail.Parse(Convert.FromBase64String(mail.GetProperty("source").GetString()!)));
    }

    private async Task<TimeSpan> WaitAfterAsync(long tries)
    {
        await UntilAsync($"SELECT count(*) FROM mail_outbox WHERE tries = {tries} AND last_error IS NOT NULL AND due_at < {UnixMicros.NowMicros(clock) + 290_000_000}");
        return UnixMicros.ToSpan((long)(await store.AskAsync("SELECT due_at FROM mail_outbox"))! - UnixMicros.NowMicros(clock));
    }

    private async Task UntilAsync(string count)
    {
        for (var tries = 0; tries < 1000; tries++)
        {
            if (Convert.ToInt64(await store.AskAsync(count), System.Globalization.CultureInfo.InvariantCulture) > 0)
                return;
            await Task.Delay(10);
        }
        throw new TimeoutException("It never came to: " + count);
    }
}
