using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Settings;

public sealed class DeleteAccountOnSqlite(SharedOnSqlite shared) : DeleteAccountTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class DeleteAccountOnPostgres(SharedOnPostgres shared) : DeleteAccountTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class DeleteAccountTests(SharedApp shared)
{
    private const string Path = "/api/auth/account";
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-072", "GH-SEC-127", "GH-SEC-138", "GH-SEC-209", "GH-SEC-213", "GH-SEC-275")]
    public async Task Everything_is_gone_before_the_answer_and_a_mail_says_good_bye()
    {
        var alice = await app.JoinAsync(email);
        var tablet = await alice.LogInAsync();
        var token = await alice.TakeTokenAsync();
        var reset = await app.ForgetPasswordAsync(email);
        var grant = await alice.OpenAsync();
        (await alice.PostAsync(Path + "/email", App.Json(("email", App.NewEmail())), grant)).IsOk();
        await app.MailsSettledAsync();
        var seen = await app.TickAsync(email);

        var gone = await alice.SendAsync(HttpMethod.Delete, Path, null, grant);

        gone.IsOk();
        Assert.Equal("{}", gone.Body);
        Assert.Equal("", gone.Cookie("gatehouse"));
        foreach (var table in (string[])["sessions", "users", "one_time_links", "grants", "email_changes"])
            Assert.Equal(0, await app.Store.CountAsync($"{table} WHERE account_id = '{alice.AccountId}'"));
        Assert.Equal(0, await app.Store.CountAsync($"accounts WHERE id = '{alice.AccountId}' OR email_key = '{email}'"));
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await tablet.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await app.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
        (await app.PostAsync($"/api/auth/passwd/{reset}", App.Json(("password", "another long passphrase")))).IsProblem(410, "link_invalid");
        (await app.LogInAsync(email)).IsProblem(401, "invalid_credentials");
        Assert.Equal("good_bye", (await app.MailAsync(email, seen)).Kind);
        (await alice.SendAsync(HttpMethod.Delete, Path, null, grant)).IsProblem(401, "unauthenticated"); // asked again
        Assert.Equal(1, await app.Store.CountAsync($"security_events WHERE account_id = '{alice.AccountId}'"));
        Assert.Equal(1, await app.Store.CountAsync(
            $"security_events WHERE account_id = '{alice.AccountId}' AND type = 'account_deleted' AND ip IS NULL"));
    }

    [Fact]
    [Meets("GH-SEC-212")]
    public async Task Whoever_signs_up_again_meets_nothing_of_the_old_account()
    {
        var alice = await app.JoinAsync(email);
        (await alice.SendAsync(HttpMethod.Delete, Path, null, await alice.OpenAsync())).IsOk();

        await app.MailsSettledAsync();
        var again = await app.JoinAsync(email);

        Assert.NotEqual(alice.AccountId, again.AccountId, StringComparer.Ordinal);
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        Assert.Single((await again.GetAsync("/api/auth/users")).Json.GetProperty("users").EnumerateArray());
    }

    [Fact]
    [Meets("GH-SEC-127")]
    public async Task A_bearer_that_deletes_gets_no_token_for_what_is_gone()
    {
        var alice = await app.JoinAsync(email);
        var bearer = App.Bearer(await alice.TakeTokenAsync());
        var opened = await app.PostAsync(Path + "/open", App.Json(("password", App.Password)), bearer);

        var gone = await app.SendAsync(HttpMethod.Delete, Path, null, bearer, ("Account-Grant", opened.Text("grant")!));

        gone.IsOk();
        Assert.Null(gone.Header("GN-Access-Token"));
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    /// <summary>Whatever races it, nothing usable is left.</summary>
    [Fact]
    [Meets("GH-SEC-215")]
    public async Task Nothing_that_races_a_deletion_survives_it()
    {
        var alice = await app.JoinAsync(email);
        var grant = await alice.OpenAsync();
        var token = await alice.TakeTokenAsync();
        var reset = await app.ForgetPasswordAsync(email);

        var answers = await App.AtOnceAsync(16, i => (i % 4) switch
        {
            0 => alice.SendAsync(HttpMethod.Delete, Path, null, grant),
            1 => app.LogInAsync(email),
            2 => app.GetAsync("/account", App.Bearer(token)),
            _ => app.PostAsync($"/api/auth/passwd/{reset}", App.Json(("password", "another long passphrase"))),
        });

        Assert.All(answers, answer => Assert.True((int)answer.Status < 500, answer.Body));
        // A reset that came first ends the session and its grant; then the account lives on with the new password.
        var deleted = answers.Where((answer, i) => i % 4 == 0 && answer.Status == HttpStatusCode.OK).Count();
        Assert.Equal(1 - deleted, await app.Store.CountAsync($"accounts WHERE id = '{alice.AccountId}'"));
        if (deleted == 1)
        {
            Assert.Equal(0, await app.Store.CountAsync($"sessions WHERE account_id = '{alice.AccountId}'"));
            foreach (var cookie in answers.Select(answer => answer.Cookie("gatehouse")).Where(cookie => cookie is { Length: > 0 }))
                (await app.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + cookie))).IsProblem(401, "unauthenticated");
        }
    }

    [Fact]
    [Meets("GH-SEC-214")]
    public async Task Mail_that_waits_about_a_deleted_account_is_dropped()
    {
        var alice = await app.JoinAsync(email);
        var grant = await alice.OpenAsync();
        // As if the mail server had been away: a notice that could not be sent yet.
        await app.Store.AskAsync($"""
            INSERT INTO mail_outbox (id, kind, account_id, recipient, created_at, due_at, tries)
            VALUES ('{alice.SessionId}', 'password_changed', '{alice.AccountId}', '{email}', 1, 9000000000000000, 1)
            """);

        (await alice.SendAsync(HttpMethod.Delete, Path, null, grant)).IsOk();

        Assert.Equal(0, await app.Store.CountAsync($"mail_outbox WHERE id = '{alice.SessionId}'"));
    }
}

/// <summary>Seed 002: a store that can't is told of, and nothing is half done.</summary>
public sealed class DeleteInAnOutageTests
{
    [Theory]
    [Meets("GH-SEC-211", "GH-SEC-294")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_is_away_or_hangs_is_an_honest_503_and_nothing_is_half_done(bool hangs)
    {
        await using var store = await Store.CreateAsync(StoreKind.Postgres);
        var (proxy, through) = store.ThroughProxy();
        await using var app = await App.StartOnAsync(store, new FakeClock(), ("Database", through));
        var alice = await app.JoinAsync();
        var grant = await alice.OpenAsync();

        if (hangs)
            proxy.Hang();
        else
            proxy.Cut();
        var refused = await alice.SendAsync(HttpMethod.Delete, "/api/auth/account", null, grant);
        proxy.Pass();

        refused.IsProblem(503, "unavailable");
        Assert.Contains("cannot delete your account at this time", refused.Text("detail"), StringComparison.Ordinal);
        Assert.NotNull(refused.Header("Retry-After"));
        Assert.Null(refused.Cookie("gatehouse"));
        Assert.Equal(1, await store.CountAsync($"accounts WHERE id = '{alice.AccountId}'"));
        Assert.Equal(1, await store.CountAsync($"sessions WHERE account_id = '{alice.AccountId}'"));
        Answer again;
        var tries = 0;
        do
            again = await alice.SendAsync(HttpMethod.Delete, "/api/auth/account", null, grant);
        while (again.Status == HttpStatusCode.ServiceUnavailable && ++tries < 20);
        again.IsOk();
        await proxy.DisposeAsync();
    }
}
