using System.Net;
using Gatehouse.Recovery;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail;

/// <summary>Three mails of a kind an hour to an address, whoever asks, on whichever node, before and after a restart.</summary>
public abstract class AddressBudgetTests(StoreKind kind)
{
    private const string Email = "alice@example.com";
    private readonly FakeClock clock = new();

    [Fact]
    [Meets("GH-SEC-287")]
    public async Task A_restart_gives_an_address_no_fresh_start()
    {
        await using var store = await Store.CreateAsync(kind);
        for (var start = 0; start < 3; start++)
        {
            await using var app = await StartAsync(store);
            await AskAsync(app, 2);
            Assert.Equal(Math.Min(3, 2 * (start + 1)), (await app.MailsAsync(Email)).Count);
        }
        clock.Advance(TimeSpan.FromHours(1));
        await using var later = await StartAsync(store);
        await AskAsync(later, 5);
        Assert.Equal(6, (await later.MailsAsync(Email)).Count);
    }

    [Fact]
    [Meets("GH-SEC-287")]
    public async Task Each_kind_and_each_address_has_its_own()
    {
        await using var store = await Store.CreateAsync(kind);
        await using var app = await StartAsync(store);
        var alice = await app.JoinAsync(Email);
        await AskAsync(app, 4); // she has an account: three mails that say so, beside the one that verified it
        for (var i = 0; i < 4; i++)
            (await app.PostAsync("/api/auth/passwd", App.Json(("email", alice.Email)))).IsOk();
        await app.SignUpAsync("bob@example.com");
        await app.MailsSettledAsync();

        Assert.Equal(7, (await app.MailsAsync(Email)).Count);
    }

    /// <summary>Taken up by a worker that was killed before it composed them: they have no place in the budget yet.</summary>
    [Fact]
    public async Task Mails_that_were_taken_up_in_vain_are_counted_when_they_are_made()
    {
        await using var store = await Store.CreateAsync(kind);
        await using (var before = await StartAsync(store))
            await before.JoinAsync(Email);
        var now = clock.NowMicros();
        for (var i = 0; i < 5; i++)
        {
            await store.AskAsync($"""
                INSERT INTO mail_outbox (id, kind, recipient, created_at, due_at, tries)
                VALUES ('{i}', '{RecoveryMail.Kind}', '{Email}', {now}, {now}, 1)
                """);
        }

        await using var app = await StartAsync(store);
        await app.MailsSettledAsync();

        Assert.Equal(1 + 3, (await app.MailsAsync(Email)).Count);
    }

    [Fact]
    public async Task What_is_over_is_forgotten_by_itself()
    {
        await using var store = await Store.CreateAsync(kind);
        await using var app = await StartAsync(store);
        await AskAsync(app, 1);
        Assert.NotEqual(0, await store.CountAsync("limits"));

        for (var tries = 0; tries < 3_000 && await store.CountAsync("limits") > 0; tries++)
        {
            clock.Advance(TimeSpan.FromMinutes(1)); // housekeeping's ticks
            await Task.Delay(10);
        }

        Assert.Equal(0, await store.CountAsync("limits"));
    }

    private Task<App> StartAsync(Store store) => App.StartOnAsync(store, clock,
        ("RateLimits:Enabled", "true"), ("RateLimits:SignUp:Permits", "100"), ("RateLimits:Mail:Permits", "100"));

    private static async Task AskAsync(App app, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var answer = await app.PostAsync("/api/auth/signup", App.Json(("email", Email), ("password", App.Password)));
            Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        }
        await app.MailsSettledAsync();
    }
}

public sealed class AddressBudgetOnSqliteTests() : AddressBudgetTests(StoreKind.Sqlite);

public sealed class AddressBudgetOnPostgresTests() : AddressBudgetTests(StoreKind.Postgres);
