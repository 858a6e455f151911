using System.Net;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Sessions;

public sealed class LogInOnSqlite(SharedOnSqlite shared) : LogInTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class LogInOnPostgres(SharedOnPostgres shared) : LogInTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class LogInTests(SharedApp shared)
{
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Theory]
    [InlineData("email")]
    [InlineData("username")]
    public async Task An_address_logs_in_in_every_spelling_of_it(string member)
    {
        var local = email[..email.IndexOf('@')];
        await app.JoinAsync($"{local}@xn--mller-kva.example.com");

        foreach (var spelling in (string[])[
            $"{local}@m\u00fcller.example.com", $"{local.ToUpperInvariant()}@MU\u0308LLER.Example.COM",
            $"  {local}@mu\u0308ller.example.com ", $"{local}@xn--mller-kva.example.com"])
        {
            (await app.PostAsync("/api/auth/login", App.Json((member, spelling), ("password", App.Password)))).IsOk();
        }
    }

    [Fact]
    [Meets("GH-SEC-034")]
    public async Task Both_forms_of_an_accented_password_are_the_same_password()
    {
        await app.JoinAsync(email, "caf\u00e9 au lait for breakfast");

        (await app.LogInAsync(email, "cafe\u0301 au lait for breakfast")).IsOk();
        (await app.LogInAsync(email, "cafe au lait for breakfast")).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(email, "Caf\u00e9 au lait for breakfast")).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(email, "caf\u00e9 au lait for breakfast ")).IsProblem(401, "invalid_credentials");
    }

    [Fact]
    [Meets("GH-SEC-002")]
    public async Task Every_failure_is_one_answer_byte_for_byte()
    {
        await app.JoinAsync(email);
        var pending = App.NewEmail();
        await app.SignUpAsync(pending);

        var wrong = await app.LogInAsync(email, "a wrong password");

        wrong.IsProblem(401, "invalid_credentials");
        Assert.Empty(wrong.SetCookies);
        foreach (var (name, password) in ((string, string)[])[
            (App.NewEmail(), App.Password), (pending, "a wrong password"), ("nobody-of-that-name", App.Password),
            ("not a name at all \ud83d\udc0e", App.Password), ("", App.Password)])
        {
            Assert.Equal(wrong.Shape, (await app.LogInAsync(name, password)).Shape);
            var token = await app.PostAsync("/account/login", App.Json(("email", name), ("password", password)));
            Assert.Equal(wrong.Shape, token.Shape);
        }
    }

    [Fact]
    [Meets("GH-SEC-004")]
    public async Task Not_verified_is_told_after_the_right_password_alone()
    {
        await app.SignUpAsync(email, "the older sign-up's password");
        await app.SignUpAsync(email);

        (await app.LogInAsync(email)).IsProblem(403, "account_unverified");
        (await app.LogInAsync(email, "the older sign-up's password")).IsProblem(401, "invalid_credentials");

        Assert.Equal(0, await SessionsAsync());
    }

    [Fact]
    public async Task The_only_user_is_selected_and_of_several_none_until_one_is_named()
    {
        var alice = await app.JoinAsync(email);
        var only = await app.LogInAsync(email);
        var bob = await alice.PostAsync("/api/auth/users", App.Json(("name", "Bob"), ("password", App.Password)));
        var several = await app.LogInAsync(email);
        var named = await LogInAsAsync(bob.Text("id")!);

        Assert.Equal(alice.UserId, only.Text("user", "id"));
        Assert.Equal("null", several.Json.GetProperty("user").GetRawText());
        Assert.Equal("Bob", named.Text("user", "name"));
    }

    [Fact]
    [Meets("GH-SEC-014")]
    public async Task A_foreign_and_an_unknown_user_are_not_found_and_make_no_session()
    {
        await app.JoinAsync(email);
        var stranger = await app.JoinAsync(App.NewEmail());

        var foreign = await LogInAsAsync(stranger.UserId);
        var unknown = await LogInAsAsync("00000000-0000-7000-8000-000000000000");

        foreign.IsProblem(404, "not_found");
        Assert.Equal(foreign.Shape, unknown.Shape);
        Assert.Empty(foreign.SetCookies);
        Assert.Equal(1, await SessionsAsync());
    }

    [Fact]
    public async Task With_a_live_session_nothing_submitted_answers_that_session()
    {
        var alice = await app.JoinAsync(email);

        var again = await alice.PostAsync("/api/auth/login", "{}");
        var guest = await app.PostAsync("/api/auth/login", "{}");

        Assert.Equal(alice.SessionId, again.Text("session", "id"));
        Assert.Null(again.Cookie("gatehouse"));
        guest.IsProblem(400, "bad_request");
        (await alice.PostAsync("/api/auth/login", App.Json(("password", App.Password)))).IsProblem(400, "bad_request");
        (await alice.PostAsync("/api/auth/login", App.Json(("email", email)))).IsProblem(400, "bad_request");
        Assert.Equal(1, await SessionsAsync());
    }

    [Fact]
    [Meets("GH-SEC-065")]
    public async Task Wrong_credentials_beside_a_live_session_fail_and_leave_it()
    {
        var alice = await app.JoinAsync(email);

        var refused = await app.LogInAsync(email, "a wrong password", alice.CookieHeader);

        refused.IsProblem(401, "invalid_credentials");
        Assert.Null(refused.Cookie("gatehouse"));
        (await alice.GetAsync("/api/auth/session")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-064", "GH-SEC-065", "GH-SEC-066")]
    public async Task Right_credentials_beside_a_live_session_make_a_new_one_and_end_it()
    {
        var alice = await app.JoinAsync(email);
        var bob = await app.JoinAsync(App.NewEmail());

        var again = await app.LogInAsync(email, headers: alice.CookieHeader);
        var other = await app.LogInAsync(email, headers: bob.CookieHeader);

        Assert.NotEqual(alice.SessionId, again.Text("session", "id"), StringComparer.Ordinal);
        Assert.NotEqual(alice.Cookie, again.Cookie("gatehouse"), StringComparer.Ordinal);
        Assert.Equal(alice.AccountId, other.Text("account", "id"));
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await bob.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        Assert.Equal(2, await SessionsAsync());
    }

    [Fact]
    [Meets("GH-SEC-064")]
    public async Task A_cookie_planted_before_the_login_is_never_adopted()
    {
        var alice = await app.JoinAsync(email);
        (await alice.PostAsync("/api/auth/logout", null)).IsOk();

        var login = await app.LogInAsync(email, headers: alice.CookieHeader);

        Assert.NotEqual(alice.Cookie, login.Cookie("gatehouse"), StringComparer.Ordinal);
        Assert.Single(login.SetCookies, line => line.StartsWith("gatehouse=", StringComparison.Ordinal));
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await app.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + login.Cookie("gatehouse")))).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-057")]
    public async Task Sixteen_right_logins_at_once_all_succeed_each_with_a_session_of_its_own()
    {
        await app.JoinAsync(email);

        var answers = await App.AtOnceAsync(16, _ => app.LogInAsync(email));

        Assert.All(answers, answer => answer.IsOk());
        Assert.Equal(16, answers.Select(answer => answer.Cookie("gatehouse")).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(17, await SessionsAsync());
    }

    [Fact]
    [Meets("GH-SEC-074")]
    public async Task The_fifty_first_session_ends_the_one_idle_longest()
    {
        var first = await app.JoinAsync(email);
        var second = await first.LogInAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        (await first.GetAsync("/api/auth/session")).IsOk(); // used again: now the second is idle longer
        await app.Services.GetRequiredService<Gatehouse.Sessions.SessionStore>().WriteSeenAsync(CancellationToken.None);
        Person last = second;
        for (var i = 0; i < 49; i++)
            last = await first.LogInAsync();

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(50, await SessionsAsync());
        (await second.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await first.GetAsync("/api/auth/session")).IsOk();
        (await last.GetAsync("/api/auth/session")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-152", "GH-SEC-269")]
    public async Task A_login_beside_a_reset_leaves_no_session_of_the_old_password()
    {
        await app.JoinAsync(email);
        var token = await app.ForgetPasswordAsync(email);

        var logins = App.AtOnceAsync(12, _ => app.LogInAsync(email));
        (await app.PostAsync($"/api/auth/passwd/{token}", App.Json(("password", "another long passphrase")))).IsOk();

        foreach (var login in await logins)
        {
            Assert.True(login.Status == HttpStatusCode.OK || login.Code == "invalid_credentials", login.Body);
            var session = await app.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + login.Cookie("gatehouse")));
            session.IsProblem(401, "unauthenticated");
        }
    }

    private Task<Answer> LogInAsAsync(string userId) => app.PostAsync("/api/auth/login", App.Json(
        ("email", email), ("password", App.Password), ("user_id", userId)));

    private Task<long> SessionsAsync() => app.Store.CountAsync(
        $"sessions WHERE account_id IN (SELECT id FROM accounts WHERE email_key = '{email}')");
}
