using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Settings;

public sealed class ChangePasswordOnSqlite(SharedOnSqlite shared) : ChangePasswordTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class ChangePasswordOnPostgres(SharedOnPostgres shared) : ChangePasswordTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class ChangePasswordTests(SharedApp shared)
{
    private const string Path = "/api/auth/account/password";
    private const string NewPassword = "another long passphrase";
    private static readonly string Body = App.Json(("password", NewPassword));
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-040", "GH-SEC-066", "GH-SEC-072", "GH-SEC-138", "GH-SEC-154")]
    public async Task A_new_password_ends_what_an_intruder_may_hold_and_keeps_this_session()
    {
        var alice = await app.JoinAsync(email);
        var intruder = await alice.LogInAsync();
        var token = await alice.TakeTokenAsync();
        var reset = await app.ForgetPasswordAsync(email);
        var traded = (await alice.PostAsync("/api/auth/token", null)).Header("GN-Access-Token")!;
        var grant = await alice.OpenAsync();
        var foreignGrant = await intruder.OpenAsync();
        (await intruder.PostAsync("/api/auth/account/email", App.Json(("email", App.NewEmail())), foreignGrant)).IsOk();
        await app.MailsSettledAsync();
        var seen = await app.TickAsync(email);
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        var changed = await alice.PostAsync(Path, Body, grant);

        changed.IsOk();
        Assert.Equal("{}", changed.Body);
        var renewed = alice with { Cookie = changed.Cookie("gatehouse")! };
        Assert.Equal(alice.SessionId, (await renewed.GetAsync("/api/auth/session")).Text("session", "id"));
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated"); // a copy of the old cookie
        (await intruder.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await app.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
        // What a copy of the old cookie was traded for is dead with it; what the new one is traded for is good at once.
        (await app.GetAsync("/account", App.Bearer(traded))).IsProblem(401, "invalid_token");
        var fresh = (await renewed.PostAsync("/api/auth/token", null)).Header("GN-Access-Token")!;
        (await app.GetAsync("/account", App.Bearer(fresh))).IsOk();
        (await app.PostAsync($"/api/auth/passwd/{reset}", Body)).IsProblem(410, "link_invalid");
        (await renewed.GetAsync("/api/auth/account", grant)).IsProblem(403, "grant_required");
        Assert.Equal(0, await app.Store.CountAsync($"grants WHERE account_id = '{alice.AccountId}'"));
        Assert.Equal(0, await app.Store.CountAsync($"email_changes WHERE account_id = '{alice.AccountId}'"));
        var notice = await app.MailAsync(email, seen);
        Assert.Equal("password_changed", notice.Kind);
        Assert.DoesNotContain(NewPassword, notice.Text, StringComparison.Ordinal);
        (await app.LogInAsync(email)).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(email, NewPassword)).IsOk();
    }

    [Fact]
    public async Task A_bearers_session_goes_on_with_the_token_that_comes_with_the_answer()
    {
        var alice = await app.JoinAsync(email);
        var token = await alice.TakeTokenAsync();
        var opened = await app.PostAsync("/api/auth/account/open", App.Json(("password", App.Password)), App.Bearer(token));

        var changed = await app.PostAsync(Path, Body, App.Bearer(token), ("Account-Grant", opened.Text("grant")!));

        changed.IsOk();
        Assert.Empty(changed.SetCookies);
        (await app.GetAsync("/account", App.Bearer(changed.Header("GN-Access-Token")!))).IsOk();
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    [Theory]
    [Meets("GH-SEC-037")]
    [InlineData("""{"password":"short"}""", 422, "weak_password")]
    [InlineData("""{"password":"EMAIL"}""", 422, "weak_password")]
    [InlineData("""{"password":"password123"}""", 422, "weak_password")]
    [InlineData("""{"password":null}""", 400, "bad_request")]
    [InlineData("{}", 400, "bad_request")]
    public async Task A_refused_password_changes_nothing_and_keeps_the_grant(string body, int status, string code)
    {
        var alice = await app.JoinAsync(email);
        var tablet = await alice.LogInAsync();
        var grant = await alice.OpenAsync();
        var mails = (await app.MailsAsync(email)).Count;

        (await alice.PostAsync(Path, body.Replace("EMAIL", email, StringComparison.Ordinal), grant)).IsProblem(status, code);

        (await tablet.GetAsync("/api/auth/session")).IsOk();
        (await app.LogInAsync(email)).IsOk();
        await app.MailsSettledAsync();
        Assert.Equal(mails, (await app.MailsAsync(email)).Count);
        (await alice.PostAsync(Path, Body, grant)).IsOk();
    }

    /// <summary>Each ends the other's session: whoever comes second finds the grant ended, and nothing happens twice.</summary>
    [Fact]
    public async Task Of_sixteen_devices_that_change_the_password_at_once_one_does()
    {
        var alice = await app.JoinAsync(email);
        var devices = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => alice.LogInAsync()));
        var grants = await Task.WhenAll(devices.Select(device => device.OpenAsync()));

        var answers = await App.AtOnceAsync(16, i => devices[i].PostAsync(Path, App.Json(("password", $"{NewPassword} {i}")), grants[i]));

        var winner = Array.FindIndex(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where((_, i) => i != winner), answer => Assert.Contains(answer.Code, (string[])["grant_required", "unauthenticated"], StringComparer.Ordinal));
        (await app.LogInAsync(email, $"{NewPassword} {winner}")).IsOk();
        await app.MailsSettledAsync();
        Assert.Single(await app.MailsAsync(email), mail => mail.Kind == "password_changed");
        Assert.Equal(1, await app.Store.CountAsync(
            $"security_events WHERE account_id = '{alice.AccountId}' AND type = 'password_changed'"));
    }
}
