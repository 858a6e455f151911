using System.Text.Json;
using Gatehouse.Sessions;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Sessions;

public sealed class LogInNoticeOnSqlite(SharedOnSqlite shared) : LogInNoticeTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class LogInNoticeOnPostgres(SharedOnPostgres shared) : LogInNoticeTests(shared), IClassFixture<SharedOnPostgres>;

/// <summary>What the owner is told of logins, by mail and on record.</summary>
public abstract class LogInNoticeTests(SharedApp shared)
{
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-056")]
    public async Task A_login_from_a_new_device_is_mailed_once_and_then_known()
    {
        await app.JoinAsync(email);
        var seen = await app.TickAsync(email);

        (await app.LogInAsync(email, App.Password, ("User-Agent", Firefox))).IsOk();
        var notice = await app.MailAsync(email, seen);
        (await app.LogInAsync(email, App.Password, ("User-Agent", Firefox))).IsOk();
        await app.MailsSettledAsync();

        Assert.Equal("new_device", notice.Kind);
        Assert.Contains("Firefox on Linux, address 127.0.0.1, 2030-01-01 00:00 UTC", notice.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Gecko", notice.Text, StringComparison.Ordinal);
        Assert.Equal(seen + 1, (await app.MailsAsync(email)).Count);
    }

    [Fact]
    public async Task A_browser_with_its_device_cookie_is_known_whatever_it_is_called()
    {
        await app.JoinAsync(email);
        var login = await app.LogInAsync(email);
        var seen = await app.TickAsync(email);

        (await app.LogInAsync(email, App.Password, ("User-Agent", "Renamed/2"),
            ("Cookie", "gatehouse-device=" + login.Cookie("gatehouse-device")))).IsOk();
        await app.MailsSettledAsync();

        Assert.Equal(seen, (await app.MailsAsync(email)).Count);
    }

    [Fact]
    [Meets("GH-SEC-056")]
    public async Task A_login_after_five_wrong_passwords_is_mailed_and_after_four_not()
    {
        await app.JoinAsync(email);
        foreach (var (failures, kind) in ((int, string?)[])[(4, null), (5, "login_after_failures")])
        {
            await using var limited = await App.StartOnAsync(app.Store, app.Clock, ("RateLimits:Enabled", "true"));
            var seen = await app.TickAsync(email);
            for (var i = 0; i < failures; i++)
                (await limited.LogInAsync(email, "a wrong password")).IsProblem(401, "invalid_credentials");
            (await limited.LogInAsync(email)).IsOk();
            await app.MailsSettledAsync();

            var mails = await app.MailsAsync(email);
            Assert.Equal(seen + (kind is null ? 0 : 1), mails.Count);
            Assert.True(kind is null || mails[0].Kind == kind);
        }
    }

    [Fact]
    [Meets("GH-SEC-254")]
    public async Task Wrong_passwords_are_on_the_owners_record_and_a_strangers_on_nobodys()
    {
        var alice = await app.JoinAsync(email);
        var pending = App.NewEmail();
        await app.SignUpAsync(pending);
        (await app.LogInAsync(email, "a wrong password", ("User-Agent", "Guesser/1"))).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(pending, "a wrong password")).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(App.NewEmail(), "a wrong password")).IsProblem(401, "invalid_credentials");

        JsonElement failed = default;
        var grant = await alice.OpenAsync();
        for (var tries = 0; tries < 500 && failed.ValueKind == JsonValueKind.Undefined; tries++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1)); // housekeeping writes them by the clock
            var events = (await alice.GetAsync("/api/auth/account/events", grant)).Json.GetProperty("events").EnumerateArray();
            failed = events.FirstOrDefault(item => item.GetProperty("type").GetString() == "log_in_failed");
            await Task.Delay(failed.ValueKind == JsonValueKind.Undefined ? 10 : 0);
        }

        Assert.Equal("Guesser/1", failed.GetProperty("user_agent").GetString());
        Assert.Equal("", failed.GetProperty("detail").GetString());
        Assert.Equal(1, await app.Store.CountAsync("security_events WHERE type = 'log_in_failed' AND user_agent = 'Guesser/1'"));
        Assert.Equal(0, await app.Store.CountAsync(
            $"security_events WHERE type = 'log_in_failed' AND account_id IN (SELECT id FROM accounts WHERE email_key = '{pending}')"));
    }

    [Fact]
    [Meets("GH-SEC-051")]
    public async Task One_password_tried_on_many_accounts_raises_an_alarm()
    {
        await using var other = await App.StartOnAsync(app.Store, app.Clock);
        for (var i = 0; i < 20; i++)
            await other.LogInAsync($"n{i}@example.com", "Summer2026! for all");
        Assert.DoesNotContain("Spraying", other.Logs.Text, StringComparison.Ordinal);

        await other.LogInAsync("n20@example.com", "Summer2026! for all");
        await other.LogInAsync("n21@example.com", "Summer2026! for all");

        Assert.Equal(1, other.Logs.Text.Split('\n').Count(line => line.Contains(" Spraying ", StringComparison.Ordinal)));
        Assert.Contains("one wrong password", other.Logs.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Summer2026", other.Logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Firefox, "Firefox on Linux")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge on Windows")]
    [InlineData("curl/8.5.0", "curl")]
    [InlineData("visit http://evil.example now", "An app")]
    [InlineData(null, "An app")]
    public void A_client_is_named_in_words_of_ours(string? userAgent, string name) => Assert.Equal(name, English.Say(ClientName.Of(userAgent)));
}
