using System.Globalization;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Sessions;

/// <summary>What the budgets mean; <c>NodesLimitTests</c> tell that it is the same on several nodes.</summary>
public sealed class LogInLimitTests
{
    private static readonly (string, string)[] Limited =
        [("RateLimits:Enabled", "true"), ("RateLimits:LoginSource:Permits", "1000")];

    [Fact]
    [Meets("GH-SEC-008", "GH-SEC-041")]
    public async Task After_ten_wrong_passwords_even_the_right_one_waits_known_or_not()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        var alice = await app.JoinAsync("alice@example.com");
        await app.JoinAsync("bob@example.com");
        await app.SignUpAsync("pending@example.com");
        string[] names = ["alice@example.com", "nobody@example.com", "pending@example.com", "nobody-of-that-name"];

        var blocked = new List<Answer>();
        foreach (var name in names)
        {
            for (var i = 0; i < 10; i++)
                (await app.LogInAsync(name, "a wrong password")).IsProblem(401, "invalid_credentials");
            blocked.Add(await app.LogInAsync(name));
        }

        Assert.All(blocked, answer => answer.IsProblem(429, "too_many_requests"));
        Assert.All(blocked, answer => Assert.Equal(blocked[0].Shape, answer.Shape));
        Assert.All(blocked, answer => Assert.Equal("900", answer.Header("Retry-After")));
        (await app.LogInAsync("ALICE@example.com")).IsProblem(429, "too_many_requests");
        (await app.LogInAsync("bob@example.com")).IsOk();
        // One counter for every path that tests the password; what needs none goes on.
        (await alice.PostAsync("/api/auth/users", App.Json(("name", "Bob"), ("password", App.Password))))
            .IsProblem(429, "too_many_requests");
        (await alice.GetAsync("/api/auth/session")).IsOk();
        Assert.Equal(1, await app.Store.CountAsync($"sessions WHERE account_id = '{alice.AccountId}'"));
        app.Clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromMicroseconds(1));
        Assert.Equal("1", (await app.LogInAsync("alice@example.com")).Header("Retry-After"));
        app.Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await app.LogInAsync("alice@example.com")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-026", "GH-SEC-047")]
    public async Task The_wrong_password_of_another_path_counts_against_the_login()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        var alice = await app.JoinAsync("alice@example.com");
        for (var i = 0; i < 5; i++)
        {
            (await alice.PostAsync("/api/auth/users", App.Json(("name", "Bob"), ("password", "a wrong password"))))
                .IsProblem(401, "invalid_credentials");
            (await alice.SendAsync(
                HttpMethod.Delete, $"/api/auth/users/{alice.UserId}", App.Json(("password", "a wrong password"))))
                .IsProblem(401, "invalid_credentials");
        }

        (await app.LogInAsync("alice@example.com")).IsProblem(429, "too_many_requests");
    }

    [Fact]
    [Meets("GH-SEC-046")]
    public async Task Of_forty_wrong_passwords_at_once_ten_are_looked_at()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        await app.JoinAsync("alice@example.com");

        foreach (var name in (string[])["alice@example.com", "nobody@example.com"])
        {
            var answers = await App.AtOnceAsync(40, i => app.LogInAsync(name, $"wrong password {i}"));

            Assert.Equal(10, answers.Count(answer => answer.Code == "invalid_credentials"));
            Assert.Equal(30, answers.Count(answer => answer.Code == "too_many_requests"));
        }
        Assert.Equal(1, await app.Store.CountAsync("sessions"));
    }

    [Fact]
    public async Task Sixteen_right_passwords_at_once_are_no_failures()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        await app.JoinAsync("alice@example.com");

        Assert.All(await App.AtOnceAsync(16, _ => app.LogInAsync("alice@example.com")), answer => answer.IsOk());
    }

    [Fact]
    public async Task One_source_has_twenty_tries_a_minute_over_all_accounts()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("RateLimits:Enabled", "true"));
        for (var i = 0; i < 20; i++)
            (await app.LogInAsync($"nobody{i}@example.com")).IsProblem(401, "invalid_credentials");

        var refused = await app.LogInAsync("nobody20@example.com");

        refused.IsProblem(429, "too_many_requests");
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        (await app.LogInAsync("nobody21@example.com")).IsProblem(401, "invalid_credentials");
    }
}
