using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Sessions;

public sealed class SessionAgeOnSqlite() : SessionAgeTests(StoreKind.Sqlite);

public sealed class SessionAgeOnPostgres() : SessionAgeTests(StoreKind.Postgres);

public abstract class SessionAgeTests(StoreKind store)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMicroseconds(1);

    [Fact]
    [Meets("GH-SEC-069", "GH-SEC-084")]
    public async Task A_session_ends_exactly_at_its_age_however_much_it_is_used()
    {
        await using var app = await App.StartAsync(store, ("Sessions:MaxAge", "01:00:00"));
        var alice = await app.JoinAsync();
        for (var i = 0; i < 59; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(1));
            (await alice.GetAsync("/api/auth/session")).IsOk();
        }

        app.Clock.Advance(TimeSpan.FromMinutes(1) - Tick);
        (await alice.GetAsync("/api/auth/session")).IsOk();
        app.Clock.Advance(Tick);
        var ended = await alice.GetAsync("/api/auth/session");

        ended.IsProblem(401, "unauthenticated");
        Assert.Equal("", ended.Cookie("gatehouse"));
    }

    [Fact]
    [Meets("GH-SEC-068")]
    public async Task With_an_idle_timeout_a_used_session_lives_and_an_idle_one_ends()
    {
        await using var app = await App.StartAsync(store, ("Sessions:IdleTimeout", "00:30:00"));
        var used = await app.JoinAsync();
        var idle = await used.LogInAsync();
        for (var i = 0; i < 3; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(10));
            if (i < 2)
                (await used.GetAsync("/api/auth/session")).IsOk();
        }

        (await idle.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        app.Clock.Advance(TimeSpan.FromMinutes(20) - Tick);
        (await used.GetAsync("/api/auth/session")).IsOk();
        app.Clock.Advance(TimeSpan.FromMinutes(30) - Tick);
        (await used.GetAsync("/api/auth/session")).IsOk();
        app.Clock.Advance(TimeSpan.FromMinutes(30));
        (await used.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    [Fact]
    [Meets("GH-SEC-070", "GH-SEC-110", "GH-SEC-264")]
    public async Task A_session_ended_on_one_node_is_refused_by_another_within_a_second()
    {
        await using var here = await App.StartAsync(store);
        var alice = await here.JoinAsync();
        var token = await alice.TakeTokenAsync();
        await here.MailsSettledAsync();
        await using var there = await App.StartOnAsync(here.Store, here.Clock);
        (await there.GetAsync("/api/auth/session", alice.CookieHeader)).IsOk();
        (await there.GetAsync("/api/auth/session", App.Bearer(token))).IsOk();

        (await alice.PostAsync("/api/auth/logout", null)).IsOk();
        (await here.PostAsync("/api/auth/logout", null, App.Bearer(token))).IsOk();
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        here.Clock.Advance(TimeSpan.FromSeconds(1));

        (await there.GetAsync("/api/auth/session", alice.CookieHeader)).IsProblem(401, "unauthenticated");
        (await there.GetAsync("/api/auth/session", App.Bearer(token))).IsProblem(401, "invalid_token");
    }

    [Fact]
    [Meets("GH-SEC-277")]
    public async Task A_reset_on_one_node_ends_every_session_on_another_within_a_second()
    {
        await using var here = await App.StartAsync(store);
        var alice = await here.JoinAsync();
        var reset = await here.ForgetPasswordAsync(alice.Email);
        await here.MailsSettledAsync();
        await using var there = await App.StartOnAsync(here.Store, here.Clock);
        (await there.GetAsync("/api/auth/session", alice.CookieHeader)).IsOk();

        (await here.PostAsync($"/api/auth/passwd/{reset}", App.Json(("password", "another long passphrase")))).IsOk();
        here.Clock.Advance(TimeSpan.FromSeconds(1));

        (await there.GetAsync("/api/auth/session", alice.CookieHeader)).IsProblem(401, "unauthenticated");
        (await there.LogInAsync(alice.Email)).IsProblem(401, "invalid_credentials");
        (await there.LogInAsync(alice.Email, "another long passphrase")).IsOk();
    }
}
