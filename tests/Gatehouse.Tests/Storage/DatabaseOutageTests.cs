using System.Diagnostics;
using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Storage;

/// <summary>The database goes away under a running server: nothing is told that isn't so, and nothing needs a restart.</summary>
public sealed class DatabaseOutageTests : IAsyncLifetime
{
    private readonly FakeClock clock = new();
    private Store store = null!;
    private TcpProxy proxy = null!;
    private App app = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(StoreKind.Postgres);
        (proxy, var connectionString) = store.ThroughProxy();
        app = await App.StartOnAsync(store, clock, ("Database", connectionString));
    }

    public async Task DisposeAsync()
    {
        proxy.Pass();
        await app.DisposeAsync();
        await proxy.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    [Meets("GH-SEC-293", "GH-SEC-294", "GH-SEC-298")]
    public async Task Every_call_that_needs_it_is_a_503_and_changes_nothing()
    {
        var person = await app.JoinAsync();
        var bearer = ("Authorization", "Bearer " + await person.TakeTokenAsync());
        var link = await app.SignUpAsync("pending@example.com");
        await app.MailsSettledAsync();
        var before = await CountsAsync();
        Forget();
        proxy.Cut();

        foreach (var answer in (Answer[])
        [
            await person.GetAsync("/api/auth/session"),
            await person.GetAsync("/api/auth/info"),
            await person.GetAsync("/api/auth/check"),
            await person.GetAsync("/api/auth/users"),
            await app.GetAsync("/account", bearer),
            await person.SendAsync(HttpMethod.Patch, "/api/auth/session", """{"user_id":null}"""),
            await app.PostAsync("/api/auth/login", App.Json(("email", person.Email), ("password", person.Password))),
            await app.PostAsync("/account/login", App.Json(("email", person.Email), ("password", person.Password))),
            await app.PostAsync("/api/auth/signup", App.Json(("email", "new@example.com"), ("password", App.Password))),
            await app.PostAsync("/api/auth/mail/verify", App.Json(("email", "pending@example.com"))),
            await app.GetAsync($"/api/auth/mail/verify/{link}"),
            await app.PostAsync($"/api/auth/mail/verify/{link}", App.Json(("password", App.Password), ("user_name", "P"))),
            await app.PostAsync("/api/auth/passwd", App.Json(("email", person.Email))),
            await app.GetAsync("/api/auth/usernames/somebody"),
            await person.PostAsync("/api/auth/users", App.Json(("name", "Bob"), ("password", person.Password))),
        ])
        {
            answer.IsProblem(503, "unavailable");
            Assert.Matches("^[1-9][0-9]*$", answer.Header("Retry-After"));
            Assert.Empty(answer.SetCookies);
            Assert.Null(answer.Header("GN-Access-Token"));
            Http.SecurityHeadersTests.AssertGuarded(answer);
        }

        proxy.Pass();
        Assert.Equal(before, await CountsAsync());
        (await person.GetAsync("/api/auth/session")).IsOk();
        (await app.PostAsync($"/api/auth/mail/verify/{link}", App.Json(("password", App.Password), ("user_name", "P")))).IsOk();
    }

    /// <summary>The database was restarted between two requests: nobody notices.</summary>
    [Fact]
    [Meets("GH-SEC-300")]
    public async Task Connections_that_were_reset_are_replaced_within_the_request()
    {
        var person = await app.JoinAsync();

        for (var round = 0; round < 3; round++)
        {
            await App.AtOnceAsync(8, _ => person.GetAsync("/api/auth/users")); // so that the pool holds several
            proxy.Reset();
            Assert.All(await App.AtOnceAsync(8, _ => person.GetAsync("/api/auth/users")), answer => answer.IsOk());
            proxy.Reset();
            (await person.LogInAsync()).Session.GetProperty("session");
        }
    }

    [Fact]
    [Meets("GH-SEC-301")]
    public async Task What_needs_no_database_goes_on()
    {
        proxy.Cut();

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/healthz")).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/.well-known/jwks.json")).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/api/auth/info")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/api/auth/session", ("Cookie", "gatehouse=x"))).Status);
        (await app.PostAsync("/api/auth/logout", null)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-300", "GH-SEC-301")]
    public async Task Ready_tells_it_and_is_well_again_without_a_restart()
    {
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/readyz")).Status);
        proxy.Cut();

        var down = await app.GetAsync("/readyz");
        proxy.Pass();
        var up = await app.GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.Status);
        Assert.Equal("""{"status":"unavailable","parts":{"database":"unavailable","schema":"unknown","clock":"unknown","keys":"ok"}}""", down.Body);
        Assert.Equal("""{"status":"ready","parts":{"database":"ok","schema":"ok","clock":"ok","keys":"ok"}}""", up.Body);
    }

    [Theory]
    [Meets("GH-SEC-249", "GH-SEC-297")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_logout_is_kept_and_carried_out_when_the_database_is_back(bool byToken)
    {
        var person = await app.JoinAsync();
        (string, string) credential = byToken
            ? ("Authorization", "Bearer " + (await person.PostAsync("/api/auth/token", null)).Header("GN-Access-Token"))
            : person.CookieHeader;
        Forget();
        proxy.Cut();

        var answer = await app.PostAsync("/api/auth/logout", null, credential);

        answer.IsProblem(503, "unavailable");
        Assert.Equal("", answer.Cookie("gatehouse"));
        Assert.Equal("", answer.Cookie("global"));
        proxy.Pass();
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("/api/auth/session", credential)).Status);
        await EndedAsync();
    }

    [Fact]
    [Meets("GH-SEC-297")]
    public async Task A_logout_of_a_session_that_was_just_seen_holds_here_at_once()
    {
        var person = await app.JoinAsync();
        (await person.GetAsync("/api/auth/session")).IsOk();
        proxy.Cut();

        (await person.PostAsync("/api/auth/logout", null)).IsProblem(503, "unavailable");

        Assert.NotEqual(HttpStatusCode.OK, (await person.GetAsync("/api/auth/session")).Status);
        proxy.Pass();
        (await person.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        await EndedAsync();
    }

    [Fact]
    [Meets("GH-SEC-299")]
    public async Task A_database_that_hangs_is_given_up_within_seconds()
    {
        var person = await app.JoinAsync();
        Forget();
        proxy.Hang();

        var since = Stopwatch.StartNew();
        var answers = await Task.WhenAll(
            person.GetAsync("/api/auth/session"),
            app.PostAsync("/api/auth/signup", App.Json(("email", "new@example.com"), ("password", App.Password))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status));
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(8), $"{since.Elapsed}");
        proxy.Pass();
        await WellAsync();
        await person.LogInAsync();
        Assert.Equal(1, await store.CountAsync("accounts"));
    }

    [Fact]
    public async Task A_mail_that_could_not_be_fetched_comes_afterwards()
    {
        proxy.Cut();
        (await app.PostAsync("/api/auth/signup", App.Json(("email", "late@example.com"), ("password", App.Password))))
            .IsProblem(503, "unavailable");
        proxy.Pass();
        await WellAsync();

        await app.SignUpAsync("late@example.com");

        Assert.Single(await app.MailsAsync("late@example.com"));
    }

    /// <summary>Sessions are remembered for a second; after it the database is asked.</summary>
    private void Forget() => clock.Advance(TimeSpan.FromSeconds(1.5));

    private async Task WellAsync()
    {
        var since = Stopwatch.StartNew();
        while ((await app.GetAsync("/readyz")).Status != HttpStatusCode.OK)
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(10), "not well again within 10 s");
            await Task.Delay(50);
        }
    }

    private async Task EndedAsync()
    {
        for (var tries = 0; tries < 200 && await store.CountAsync("sessions") > 0; tries++)
        {
            clock.Advance(TimeSpan.FromSeconds(1)); // housekeeping's tick
            await Task.Delay(10);
        }
        Assert.Equal(0, await store.CountAsync("sessions"));
    }

    private async Task<string> CountsAsync()
    {
        var counts = new List<string>();
        foreach (var table in (string[])["accounts", "users", "sessions", "one_time_links", "mail_outbox", "dev_mails", "security_events"])
            counts.Add($"{table}={await store.CountAsync(table)}");
        return string.Join(' ', counts);
    }
}
