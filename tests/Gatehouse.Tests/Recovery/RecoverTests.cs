using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Recovery;

public sealed class RecoverOnSqlite(SharedOnSqlite shared) : RecoverTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class RecoverOnPostgres(SharedOnPostgres shared) : RecoverTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class RecoverTests(SharedApp shared)
{
    private const string NewPassword = "another long passphrase";
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Theory]
    [Meets("GH-SEC-003", "GH-SEC-141", "GH-SEC-143", "GH-SEC-275")]
    [InlineData("/api/auth/passwd")]
    [InlineData("/api/auth/passwd/reset")]
    public async Task Every_address_and_name_gets_the_same_answer_and_what_it_needs_by_mail(string path)
    {
        var username = "u-" + email[..email.IndexOf('@')];
        (await app.PostAsync("/api/auth/signup", App.Json(
            ("email", email), ("username", username), ("password", App.Password)))).IsOk();
        (await app.VerifyAsync((await app.MailAsync(email)).Token)).IsOk();
        var pending = App.NewEmail();
        await app.SignUpAsync(pending);
        var unknown = App.NewEmail();
        await app.TickAsync(email);

        var first = await app.PostAsync(path, App.Json(("email", email)));
        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal("""{"status":"check_email"}""", first.Body);
        foreach (var (member, name) in ((string, string)[])[
            ("username", username), ("email", username), ("username", email.ToUpperInvariant()), ("email", pending),
            ("email", unknown), ("username", "nobody-of-that-name")])
        {
            Assert.Equal(first.Shape, (await app.PostAsync(path, App.Json((member, name)))).Shape);
        }

        await app.MailsSettledAsync();
        Assert.Equal(4, (await app.MailsAsync(email)).Count(mail => mail.Kind == "reset"));
        Assert.All(await app.MailsAsync(email), mail => Assert.Equal(email, mail.To)); // as stored, not as asked
        Assert.Equal(
            ["verify", "verify"], (await app.MailsAsync(pending)).Select(mail => mail.Kind), StringComparer.Ordinal);
        Assert.Empty(await app.MailsAsync(unknown));
        Assert.Equal(1, await app.Store.CountAsync($"one_time_links WHERE purpose = 'reset' AND sent_to = '{email}'"));
        Assert.Equal(
            0, await app.Store.CountAsync($"one_time_links WHERE purpose = 'reset' AND sent_to = '{pending}'"));
    }

    /// <summary>As when the mail was being made while the address changed hands.</summary>
    [Fact]
    [Meets("GH-SEC-130", "GH-SEC-152")]
    public async Task A_link_to_an_address_that_the_account_has_left_is_refused()
    {
        var alice = await app.JoinAsync(email);
        var reset = await app.ForgetPasswordAsync(email);
        var next = App.NewEmail();
        await app.Store.AskAsync($"UPDATE accounts SET email = '{next}', email_key = '{next}' WHERE id = '{alice.AccountId}'");

        (await app.GetAsync($"/api/auth/passwd/{reset}")).IsProblem(410, "link_invalid");
        (await app.PostAsync($"/api/auth/passwd/{reset}", App.Json(("password", NewPassword)))).IsProblem(410, "link_invalid");

        (await alice.GetAsync("/api/auth/session")).IsOk();
        (await app.LogInAsync(next)).IsOk();
    }

    [Theory]
    [Meets("GH-SEC-040", "GH-SEC-072", "GH-SEC-139", "GH-SEC-144", "GH-SEC-152", "GH-SEC-291")]
    [InlineData("/api/auth/passwd/")]
    [InlineData("/api/auth/passwd/reset/")]
    public async Task A_reset_sets_the_password_ends_every_session_tells_the_owner_and_logs_nobody_in(string path)
    {
        var alice = await app.JoinAsync(email);
        var token = await alice.TakeTokenAsync();
        var reset = await app.ForgetPasswordAsync(email);
        var seen = await app.TickAsync(email);

        var look = await app.GetAsync("/api/auth/passwd/" + reset);
        var done = await app.PostAsync(path + reset, App.Json(("password", NewPassword)), alice.CookieHeader);

        Assert.Equal("""{"valid":true}""", look.Body);
        Assert.Equal(HttpStatusCode.OK, done.Status);
        Assert.Equal("""{"status":"password_changed"}""", done.Body);
        Assert.Equal("gatehouse-device", Assert.Single(done.SetCookies).Split('=')[0]); // no session
        Assert.Null(done.Header("GN-Access-Token"));
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await app.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
        Assert.Equal(0, await app.Store.CountAsync($"sessions WHERE account_id = '{alice.AccountId}'"));
        Assert.Equal(0, await app.Store.CountAsync($"one_time_links WHERE account_id = '{alice.AccountId}'"));
        var notice = await app.MailAsync(email, seen);
        Assert.Equal("password_changed", notice.Kind);
        Assert.DoesNotContain(NewPassword, notice.Text, StringComparison.Ordinal);
        (await app.LogInAsync(email)).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(email, NewPassword)).IsOk();
        (await app.PostAsync(path + reset, App.Json(("password", NewPassword)))).IsProblem(410, "link_invalid");
    }

    [Fact]
    [Meets("GH-SEC-137")]
    public async Task A_newer_link_replaces_the_older_one()
    {
        await app.JoinAsync(email);
        var older = await app.ForgetPasswordAsync(email);
        var newer = await app.ForgetPasswordAsync(email);
        (await app.GetAsync($"/api/auth/passwd/{older}")).IsProblem(410, "link_invalid");
        (await ResetAsync(older)).IsProblem(410, "link_invalid");
        (await app.GetAsync($"/api/auth/passwd/{newer}")).IsOk();

        // The mail that answers a sign-up with a known address carries a reset link too.
        var newest = await app.SignUpAsync(email, "planted by an attacker");
        (await ResetAsync(newer)).IsProblem(410, "link_invalid");
        (await ResetAsync(newest)).IsOk();

        (await app.LogInAsync(email, "planted by an attacker")).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(email, NewPassword)).IsOk();
    }

    [Theory]
    [Meets("GH-SEC-037", "GH-SEC-144")]
    [InlineData("""{"password":"short"}""", 422, "weak_password")]
    [InlineData("""{"password":"EMAIL"}""", 422, "weak_password")]
    [InlineData("""{"password":"password123"}""", 422, "weak_password")]
    [InlineData("""{"password":""}""", 422, "weak_password")]
    [InlineData("""{"password":null}""", 400, "bad_request")]
    [InlineData("""{"password":"\udc00 another long passphrase"}""", 400, "bad_request")]
    [InlineData("{}", 400, "bad_request")]
    public async Task A_refused_password_keeps_the_link_the_sessions_and_the_old_password(
        string body, int status, string code)
    {
        var alice = await app.JoinAsync(email);
        var reset = await app.ForgetPasswordAsync(email);

        var refused = await app.PostAsync(
            $"/api/auth/passwd/{reset}", body.Replace("EMAIL", email, StringComparison.Ordinal));

        refused.IsProblem(status, code);
        (await alice.GetAsync("/api/auth/session")).IsOk();
        (await app.LogInAsync(email)).IsOk();
        (await ResetAsync(reset)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-132")]
    public async Task A_link_ends_exactly_with_its_lifetime()
    {
        await app.JoinAsync(email);
        var reset = await app.ForgetPasswordAsync(email);

        app.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMicroseconds(1));
        (await app.GetAsync($"/api/auth/passwd/{reset}")).IsOk();
        app.Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await app.GetAsync($"/api/auth/passwd/{reset}")).IsProblem(410, "link_invalid");
        (await ResetAsync(reset)).IsProblem(410, "link_invalid");

        (await app.LogInAsync(email)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-131", "GH-SEC-267")]
    public async Task Of_sixteen_resets_at_once_one_wins_and_one_notice_goes()
    {
        await app.JoinAsync(email);
        var reset = await app.ForgetPasswordAsync(email);

        var answers = await App.AtOnceAsync(16, i => ResetAsync(reset, $"{NewPassword} {i}"));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(15, answers.Count(answer => answer.Code == "link_invalid"));
        var winner = Array.FindIndex(answers, answer => answer.Status == HttpStatusCode.OK);
        (await app.LogInAsync(email, $"{NewPassword} {winner}")).IsOk();
        (await app.LogInAsync(email, $"{NewPassword} {(winner + 1) % 16}")).IsProblem(401, "invalid_credentials");
        await app.MailsSettledAsync();
        Assert.Single(await app.MailsAsync(email), mail => mail.Kind == "password_changed");
    }

    [Fact]
    [Meets("GH-SEC-145")]
    public async Task For_a_pending_address_a_reset_never_verifies()
    {
        await app.SignUpAsync(email);
        var seen = await app.TickAsync(email);
        (await app.PostAsync("/api/auth/passwd", App.Json(("email", email)))).IsOk();
        var token = (await app.MailAsync(email, seen)).Token;

        (await ResetAsync(token)).IsProblem(410, "link_invalid");

        Assert.Equal(
            0, await app.Store.CountAsync($"accounts WHERE email_key = '{email}' AND verified_at IS NOT NULL"));
        (await app.VerifyAsync(token, NewPassword)).IsProblem(401, "invalid_credentials");
        (await app.VerifyAsync(token)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-287")]
    public async Task A_mailbox_gets_three_resets_an_hour_by_whichever_name_they_are_asked_for()
    {
        await using var limited = await App.StartAsync(shared.Kind, ("RateLimits:Enabled", "true"));
        (await limited.PostAsync("/api/auth/signup", App.Json(
            ("email", "alice@example.com"), ("username", "alice"), ("password", App.Password)))).IsOk();
        (await limited.VerifyAsync((await limited.MailAsync("alice@example.com")).Token)).IsOk();

        foreach (var name in (string[])["alice@example.com", "alice", "ALICE@example.com", "alice", "alice@example.com"])
        {
            (await limited.PostAsync("/api/auth/passwd", App.Json(("username", name)))).IsOk();
            await limited.MailsSettledAsync();
        }

        var resets = (await limited.MailsAsync("alice@example.com")).Where(mail => mail.Kind == "reset");
        Assert.Equal(3, resets.Count());
        Assert.Equal(1, await limited.Store.CountAsync("one_time_links WHERE purpose = 'reset'"));
    }

    /// <summary>Before the answer a row is written, whoever it is about; only the relay looks the address up.</summary>
    [Theory]
    [Meets("GH-SEC-006")]
    [InlineData("/api/auth/passwd")]
    [InlineData("/api/auth/mail/verify")]
    public async Task Who_is_unknown_is_found_out_after_the_answer(string path)
    {
        await using var own = await App.StartAsync(shared.Kind);

        (await own.PostAsync(path, App.Json(("email", email)))).IsOk();

        await Eventually.TrueAsync(() => own.Logs.Text.Contains("MailDropped", StringComparison.Ordinal));
        await own.MailsSettledAsync();
    }

    [Fact]
    public async Task What_names_nobody_is_refused()
    {
        (await app.PostAsync("/api/auth/passwd", "{}")).IsProblem(400, "bad_request");
        (await app.PostAsync("/api/auth/passwd", App.Json(("email", "no address")))).IsProblem(422, "invalid_input");
        (await app.GetAsync("/api/auth/passwd/x")).IsProblem(410, "link_invalid");
    }

    private Task<Answer> ResetAsync(string token, string password = NewPassword) =>
        app.PostAsync($"/api/auth/passwd/{token}", App.Json(("password", password)));
}
