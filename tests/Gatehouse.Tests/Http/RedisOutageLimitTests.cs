using System.Net;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Http;

/// <summary>Redis goes away under two running servers: they give less, without an error, and share again when it is back.</summary>
public sealed class RedisOutageLimitTests : IAsyncLifetime
{
    private const string Wrong = "a wrong password";
    private readonly FakeClock clock = new();
    private SharedRedis redis = null!;
    private Store store = null!;
    private App here = null!;
    private App there = null!;
    private int names;

    public async Task InitializeAsync()
    {
        redis = await SharedRedis.CreateAsync();
        store = await Store.CreateAsync(StoreKind.Postgres);
        (here, there) = (await StartNodeAsync(), await StartNodeAsync());
    }

    public async Task DisposeAsync()
    {
        redis.Proxy.Pass();
        await here.DisposeAsync();
        await there.DisposeAsync();
        await store.DisposeAsync();
        await redis.DisposeAsync();
    }

    [Theory]
    [Meets("GH-SEC-055", "GH-SEC-296", "GH-SEC-300")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_node_gives_at_most_half_and_never_an_error_and_then_they_share_again(bool hangs)
    {
        var alice = await here.JoinAsync();
        if (hangs)
            redis.Proxy.Hang();
        else
            redis.Proxy.Cut();

        foreach (var node in (App[])[here, there])
        {
            var codes = new List<string?>();
            for (var i = 0; i < 12; i++)
                codes.Add((await node.LogInAsync("nobody@example.com", Wrong)).Code);
            Assert.InRange(codes.Count(code => code == "invalid_credentials"), 1, 5);
            Assert.Equal(12, codes.Count(code => code is "invalid_credentials" or "too_many_requests"));
            await (alice with { App = node }).LogInAsync();
        }

        redis.Proxy.Pass();
        await SharedAgainAsync(here);
        await SharedAgainAsync(there);
        for (var i = 0; i < 10; i++)
            (await (i % 2 == 0 ? here : there).LogInAsync("somebody@example.com", Wrong)).IsProblem(401, "invalid_credentials");
        (await here.LogInAsync("somebody@example.com", Wrong)).IsProblem(429, "too_many_requests");
        (await there.LogInAsync("somebody@example.com", Wrong)).IsProblem(429, "too_many_requests");
    }

    [Fact]
    [Meets("GH-SEC-276")]
    public async Task A_redis_that_forgets_everything_gives_one_budget_more_and_no_end_of_them()
    {
        for (var i = 0; i < 12; i++)
            await here.LogInAsync("nobody@example.com", Wrong);
        await redis.EmptyAsync();

        var answers = await App.AtOnceAsync(60, i => (i % 2 == 0 ? here : there).LogInAsync("nobody@example.com", Wrong));

        Assert.InRange(answers.Count(answer => answer.Status == HttpStatusCode.Unauthorized), 1, 10 + 5); // one that timed out counts apart
        Assert.All(answers, answer => Assert.True(answer.Code is "invalid_credentials" or "too_many_requests", answer.Body));
    }

    /// <summary>Asks until the node says so: it looks once a second.</summary>
    private async Task SharedAgainAsync(App node)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            (await node.LogInAsync($"nobody{names++}@example.com", Wrong)).IsProblem(401, "invalid_credentials");
            if (node.Logs.Text.Contains("LimitsAreShared", StringComparison.Ordinal))
                return;
            await Task.Delay(50);
        }
        throw new TimeoutException("The limits were not shared again.");
    }

    private async Task<App> StartNodeAsync()
    {
        var node = await App.StartOnAsync(store, clock, ("Redis", redis.AddressThroughProxy),
            ("RateLimits:Enabled", "true"), ("RateLimits:LoginSource:Permits", "100000"));
        await Limiting.UntilUpAsync(node.Services.GetRequiredService<RedisStore>());
        return node;
    }
}
