using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SignUp;

public sealed class VerifyOnSqlite(SharedOnSqlite shared) : VerifyTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class VerifyOnPostgres(SharedOnPostgres shared) : VerifyTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class VerifyTests(SharedApp shared)
{
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(24);
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-064")]
    public async Task The_session_that_the_browser_came_with_ends()
    {
        var other = await app.JoinAsync(App.NewEmail());
        var address = App.NewEmail();
        var token = await app.SignUpAsync(address);
        var body = App.Json(("password", App.Password), ("user_name", "Alice"));

        (await other.PostAsync($"/api/auth/mail/verify/{token}", App.Json(("password", "not that one"), ("user_name", "A"))))
            .IsProblem(401, "invalid_credentials");
        (await other.GetAsync("/api/auth/session")).IsOk();
        var verified = await other.PostAsync($"/api/auth/mail/verify/{token}", body);

        Assert.Equal(address, verified.Text("account", "email"));
        (await other.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    [Fact]
    [Meets("GH-SEC-133", "GH-SEC-141")]
    public async Task Looking_at_a_link_changes_nothing_however_often()
    {
        var token = await app.SignUpAsync(email);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head, HttpMethod.Options, HttpMethod.Get])
        {
            for (var i = 0; i < 8; i++)
                Assert.Empty((await app.SendAsync(method, $"/api/auth/mail/verify/{token}", null)).SetCookies);
        }
        var look = await app.GetAsync($"/api/auth/mail/verify/{token}");

        Assert.Equal("""{"valid":true,"ask_password":true,"displayname":null}""", look.Body);
        Assert.Equal("no-store", look.Header("Cache-Control"));
        await NothingHappenedAsync();
        (await app.VerifyAsync(token)).IsOk();
    }

    [Fact]
    public async Task The_right_password_verifies_makes_the_first_user_and_a_session()
    {
        var verified = await app.VerifyAsync(await app.SignUpAsync(email), userName: " Alice\u0301 ");

        Assert.Equal("Alic\u00e9", verified.Text("user", "name"));
        var info = await app.GetAsync("/api/auth/info", ("Cookie", "gatehouse=" + verified.Cookie("gatehouse")));
        var user = info.Json.GetProperty("user");
        var verifiedAt = user.GetProperty("verified").GetProperty("date").GetInt64();
        Assert.Equal(app.Clock.GetUtcNow().ToUnixTimeMilliseconds(), verifiedAt);
        Assert.Equal(verified.Text("user", "id"), user.GetProperty("user_id").GetString());
    }

    [Fact]
    [Meets("GH-SEC-134")]
    public async Task A_wrong_password_changes_nothing_and_five_end_the_link()
    {
        var token = await app.SignUpAsync(email);
        for (var i = 0; i < 5; i++)
            (await app.VerifyAsync(token, "a wrong password")).IsProblem(401, "invalid_credentials");

        var sixth = await app.VerifyAsync(token);

        sixth.IsProblem(410, "link_invalid");
        Assert.Empty(sixth.SetCookies);
        (await app.GetAsync($"/api/auth/mail/verify/{token}")).IsProblem(410, "link_invalid");
        await NothingHappenedAsync();
        // The sign-up itself is as good as before: another mail brings another link.
        var seen = await app.TickAsync(email);
        (await app.PostAsync("/api/auth/mail/verify", App.Json(("email", email)))).IsOk();
        (await app.VerifyAsync((await app.MailAsync(email, seen)).Token)).IsOk();
    }

    [Fact]
    public async Task After_four_wrong_passwords_the_right_one_is_right()
    {
        var token = await app.SignUpAsync(email);
        for (var i = 0; i < 4; i++)
            (await app.VerifyAsync(token, "a wrong password")).IsProblem(401, "invalid_credentials");

        (await app.VerifyAsync(token)).IsOk();
    }

    [Theory]
    [InlineData("""{"user_name":"Alice"}""", 400, "bad_request")]
    [InlineData("""{"password":"correct horse battery staple"}""", 400, "bad_request")]
    [InlineData("""{"password":"","user_name":"Alice"}""", 400, "bad_request")]
    [InlineData("""{"password":"correct horse battery staple","user_name":""}""", 422, "invalid_input")]
    [InlineData("""{"password":"correct horse battery staple","user_name":"\u200b"}""", 422, "invalid_input")]
    [InlineData("""{"password":["correct horse battery staple"],"user_name":"Alice"}""", 400, "bad_request")]
    public async Task An_unacceptable_body_costs_no_try(string body, int status, string code)
    {
        var token = await app.SignUpAsync(email);
        for (var i = 0; i < 6; i++)
            (await app.PostAsync($"/api/auth/mail/verify/{token}", body)).IsProblem(status, code);

        await NothingHappenedAsync();
        (await app.VerifyAsync(token)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-132")]
    public async Task A_link_ends_exactly_with_its_lifetime()
    {
        var inTime = await app.SignUpAsync(email);
        app.Clock.Advance(LinkLifetime - TimeSpan.FromMicroseconds(1));
        (await app.VerifyAsync(inTime)).IsOk();

        var lateEmail = App.NewEmail();
        var late = await app.SignUpAsync(lateEmail);
        app.Clock.Advance(LinkLifetime);
        (await app.VerifyAsync(late)).IsProblem(410, "link_invalid");
        (await app.GetAsync($"/api/auth/mail/verify/{late}")).IsProblem(410, "link_invalid");
        Assert.Equal(
            0, await app.Store.CountAsync($"accounts WHERE email_key = '{lateEmail}' AND verified_at IS NOT NULL"));
    }

    [Fact]
    [Meets("GH-SEC-015", "GH-SEC-140", "GH-SEC-164")]
    public async Task A_used_an_unknown_a_malformed_and_a_foreign_link_get_one_answer()
    {
        var used = await app.SignUpAsync(email);
        (await app.VerifyAsync(used)).IsOk();
        var reset = await app.ForgetPasswordAsync(email);
        var pending = await app.SignUpAsync(App.NewEmail());

        var again = await app.VerifyAsync(used);
        again.IsProblem(410, "link_invalid");
        foreach (var token in (string[])[
            reset, new string('A', 43), new string('B', 43), pending[..^1], pending + "A", "x", "null"])
        {
            Assert.Equal(again.Shape, (await app.VerifyAsync(token)).Shape);
            (await app.GetAsync($"/api/auth/mail/verify/{token}")).IsProblem(410, "link_invalid");
        }
        var account = $"account_id IN (SELECT id FROM accounts WHERE email_key = '{email}')";
        Assert.Equal(1, await app.Store.CountAsync("users WHERE " + account));
        Assert.Equal(1, await app.Store.CountAsync("sessions WHERE " + account));
        (await app.GetAsync($"/api/auth/passwd/{reset}")).IsOk();
        (await app.GetAsync($"/api/auth/passwd/{pending}")).IsProblem(410, "link_invalid");
        (await app.PostAsync($"/api/auth/passwd/{pending}", App.Json(("password", "another long passphrase"))))
            .IsProblem(410, "link_invalid");
    }

    [Fact]
    [Meets("GH-SEC-131", "GH-SEC-164", "GH-SEC-268")]
    public async Task Of_sixteen_uses_at_once_one_verifies()
    {
        var token = await app.SignUpAsync(email);

        var answers = await App.AtOnceAsync(16, _ => app.VerifyAsync(token));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        foreach (var loser in answers.Where(answer => answer.Status != HttpStatusCode.OK))
        {
            loser.IsProblem(410, "link_invalid");
            Assert.Empty(loser.SetCookies);
        }
        var account = $"account_id IN (SELECT id FROM accounts WHERE email_key = '{email}')";
        Assert.Equal(1, await app.Store.CountAsync("users WHERE " + account));
        Assert.Equal(1, await app.Store.CountAsync("sessions WHERE " + account));
    }

    [Fact]
    public async Task The_right_password_wins_among_wrong_ones_sent_at_once()
    {
        // One hash at a time, and a slow one: all are on their way before the fifth wrong one is counted.
        await using var slow = await App.StartAsync(shared.Kind,
            ("Passwords:MaxConcurrent", "1"), ("Passwords:MemoryKiB", "65536"), ("Passwords:Iterations", "12"));
        var token = await slow.SignUpAsync(email);

        var answers = await App.AtOnceAsync(
            10, i => slow.VerifyAsync(token, i == 0 ? App.Password : $"wrong password {i}"));

        answers[0].IsOk();
        Assert.All(answers[1..], answer => Assert.True(
            answer.Code is "invalid_credentials" or "link_invalid", answer.Body));
        Assert.Equal(1, await slow.Store.CountAsync("sessions"));
    }

    private async Task NothingHappenedAsync()
    {
        var pending = $"SELECT id FROM accounts WHERE email_key = '{email}' AND verified_at IS NULL";
        Assert.Equal(1, await app.Store.CountAsync($"({pending}) AS pending"));
        Assert.Equal(0, await app.Store.CountAsync($"users WHERE account_id IN ({pending})"));
        Assert.Equal(0, await app.Store.CountAsync($"sessions WHERE account_id IN ({pending})"));
    }
}
