using System.Net;
using Gatehouse.Hosting;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.SignUp;

public sealed class PurgeOnSqlite() : PurgeTests(StoreKind.Sqlite);

public sealed class PurgeOnPostgres() : PurgeTests(StoreKind.Postgres);

public abstract class PurgeTests(StoreKind store)
{
    private static readonly TimeSpan PurgeAfter = TimeSpan.FromHours(2);

    private static readonly (string, string)[] ByHand =
        [("Verification:PurgeAfter", "02:00:00"), ("Verification:PurgeEvery", "300.00:00:00")];

    [Fact]
    [Meets("GH-SEC-156")]
    public async Task A_sign_up_goes_exactly_at_its_age_and_leaves_everything_free()
    {
        await using var app = await App.StartAsync(store, ByHand);
        var bob = await app.JoinAsync("bob@example.com");
        (await app.PostAsync("/api/auth/signup", App.Json(
            ("email", "alice@example.com"), ("username", "alice"), ("password", App.Password)))).IsOk();
        var token = (await app.MailAsync("alice@example.com")).Token;

        app.Clock.Advance(PurgeAfter - TimeSpan.FromMicroseconds(1));
        Assert.Equal(0, await PurgeAsync(app));
        app.Clock.Advance(TimeSpan.FromMicroseconds(1));
        Assert.Equal(1, await PurgeAsync(app));

        (await app.VerifyAsync(token)).IsProblem(410, "link_invalid");
        (await app.LogInAsync("alice@example.com")).IsProblem(401, "invalid_credentials");
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        Assert.Equal(0, await app.Store.CountAsync("one_time_links"));
        (await bob.GetAsync("/api/auth/session")).IsOk();
        await app.JoinAsync("alice@example.com");
    }

    [Fact]
    public async Task The_server_purges_by_itself()
    {
        await using var app = await App.StartAsync(store);
        await app.SignUpAsync("alice@example.com");
        await app.JoinAsync("bob@example.com");

        app.Clock.Advance(TimeSpan.FromDays(7));
        for (var i = 0; i < 500 && await app.Store.CountAsync("accounts") == 2; i++)
        {
            app.Clock.Advance(TimeSpan.FromHours(1)); // a round on the way may have purged already: the next is due in an hour
            await Task.Delay(10);
        }

        Assert.Equal(1, await app.Store.CountAsync("accounts WHERE email_key = 'bob@example.com'"));
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    [Meets("GH-SEC-156", "GH-SEC-274")]
    public async Task A_purge_beside_a_verification_leaves_a_whole_account_or_none()
    {
        await using var app = await App.StartAsync(store, ByHand);
        var tokens = new List<string>();
        for (var i = 0; i < 12; i++)
            tokens.Add(await app.SignUpAsync($"customer{i}@example.com"));
        app.Clock.Advance(PurgeAfter);

        var verifying = App.AtOnceAsync(tokens.Count, i => app.VerifyAsync(tokens[i]));
        var purged = await Task.WhenAll(PurgeAsync(app), PurgeAsync(app), PurgeAsync(app));
        var answers = await verifying;

        var verified = answers.Count(answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers, answer => Assert.True(
            answer.Status == HttpStatusCode.OK || answer.Code == "link_invalid", answer.Body));
        Assert.Equal(tokens.Count, verified + purged.Sum());
        Assert.Equal(verified, await app.Store.CountAsync("accounts WHERE verified_at IS NOT NULL"));
        Assert.Equal(verified, await app.Store.CountAsync("accounts"));
        Assert.Equal(verified, await app.Store.CountAsync("users"));
        Assert.Equal(verified, await app.Store.CountAsync("sessions"));
    }

    private static async Task<int> PurgeAsync(App app) =>
        (await app.Services.GetRequiredService<Housekeeping>().PurgeAsync(CancellationToken.None)).SignUps;
}
