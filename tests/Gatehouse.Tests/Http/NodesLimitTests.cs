using System.Net;
using Gatehouse.Http;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Http;

/// <summary>Two nodes at one front door: whichever a caller comes to, there is one budget.</summary>
public abstract class NodesLimitTests : IAsyncLifetime
{
    private const string Email = "alice@example.com";
    private const string Wrong = "a wrong password";
    private static readonly string UnknownLink = new('A', 43);

    private readonly FakeClock clock = new();
    private Store store = null!;
    private App here = null!;
    private App there = null!;

    private protected virtual (string Key, string Value)[] Settings => [];

    public virtual async Task InitializeAsync()
    {
        store = await Store.CreateAsync(StoreKind.Postgres);
        (here, there) = (await StartNodeAsync(), await StartNodeAsync());
    }

    public virtual async Task DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    [Meets("GH-SEC-046", "GH-SEC-054", "GH-SEC-272")]
    public async Task Two_hundred_guesses_at_once_on_both_are_no_more_than_one_budget()
    {
        await here.JoinAsync(Email);

        foreach (var email in (string[])[Email, "nobody@example.com"])
        {
            var answers = await App.AtOnceAsync(200, i => Either(i).LogInAsync(email, Wrong));

            Assert.Equal(10, answers.Count(answer => answer.Code == "invalid_credentials"));
            Assert.Equal(190, answers.Count(answer => answer.Code == "too_many_requests"));
        }
        (await there.LogInAsync(Email)).IsProblem(429, "too_many_requests");
        clock.Advance(TimeSpan.FromMinutes(15));
        (await there.LogInAsync(Email)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-272")]
    public async Task Right_passwords_at_once_on_both_all_get_in()
    {
        await here.JoinAsync(Email);

        Assert.All(await App.AtOnceAsync(40, i => Either(i).LogInAsync(Email)), answer => answer.IsOk());
    }

    [Fact]
    [Meets("GH-SEC-041", "GH-SEC-054")]
    public async Task Failures_in_a_row_are_told_and_held_against_one_everywhere()
    {
        await here.JoinAsync(Email);
        for (var i = 0; i < 10; i++)
            (await Either(i).LogInAsync(Email, Wrong)).IsProblem(401, "invalid_credentials");
        clock.Advance(TimeSpan.FromMinutes(15));

        (await there.LogInAsync(Email, Wrong)).IsProblem(401, "invalid_credentials"); // the eleventh in a row

        clock.Advance(TimeSpan.FromMinutes(29));
        (await here.LogInAsync(Email)).IsProblem(429, "too_many_requests");
        clock.Advance(TimeSpan.FromMinutes(1));
        (await here.LogInAsync(Email)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-049", "GH-SEC-050")]
    public async Task A_browser_that_was_in_the_account_has_its_own_budget_on_both()
    {
        await here.JoinAsync(Email);
        var device = ("Cookie", "gatehouse-device=" + (await here.LogInAsync(Email)).Cookie("gatehouse-device"));
        for (var i = 0; i < 10; i++)
            await Either(i).LogInAsync(Email, Wrong);

        (await there.LogInAsync(Email)).IsProblem(429, "too_many_requests");
        (await there.LogInAsync(Email, App.Password, device)).IsOk();

        for (var i = 0; i < 10; i++)
            (await Either(i).LogInAsync(Email, Wrong, device)).IsProblem(401, "invalid_credentials");
        (await there.LogInAsync(Email, App.Password, device)).IsProblem(429, "too_many_requests");
    }

    [Fact]
    [Meets("GH-SEC-049")]
    public async Task A_mailed_link_clears_the_account_s_failures_everywhere()
    {
        await here.JoinAsync(Email);
        for (var i = 0; i < 10; i++)
            await Either(i).LogInAsync(Email, Wrong);
        var link = await here.ForgetPasswordAsync(Email);

        (await here.PostAsync($"/api/auth/passwd/{link}", App.Json(("password", "another good passphrase")))).IsOk();

        (await there.LogInAsync(Email, "another good passphrase")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-042", "GH-SEC-052", "GH-SEC-054")]
    public async Task A_source_has_one_budget_of_each_kind_over_both()
    {
        foreach (var (send, status) in (IReadOnlyList<(Func<App, int, Task<Answer>>, HttpStatusCode)>)
        [
            ((node, i) => node.PostAsync("/api/auth/signup", App.Json(("email", $"s{i}@example.com"), ("password", App.Password))),
                HttpStatusCode.Accepted),
            ((node, i) => node.PostAsync("/api/auth/passwd", App.Json(("email", $"m{i}@example.com"))), HttpStatusCode.Accepted),
            ((node, _) => node.GetAsync($"/api/auth/mail/verify/{UnknownLink}"), HttpStatusCode.Gone),
            ((node, i) => node.GetAsync($"/api/auth/usernames/someone{i}"), HttpStatusCode.OK),
        ])
        {
            for (var i = 0; i < 4; i++)
                Assert.Equal(status, (await send(Either(i), i)).Status);
            (await send(here, 4)).IsProblem(429, "too_many_requests");
            (await send(there, 5)).IsProblem(429, "too_many_requests");
        }
    }

    /// <summary>As a server of its own, but with more patience: a test machine may pause for longer.</summary>
    private protected abstract void BePatient(IServiceCollection services);

    private protected static LimitStore Patient(IServiceProvider provider, LimitStore shared) => new SharedLimits(
        shared, provider.GetRequiredService<LocalLimits>(), provider.GetRequiredService<LiveNodes>(),
        provider.GetRequiredService<ILogger<SharedLimits>>())
    {
        Patience = Limiting.Patience,
    };

    private protected virtual Task UntilReadyAsync(App node) => Task.CompletedTask;

    private App Either(int number) => number % 2 == 0 ? here : there;

    private async Task<App> StartNodeAsync()
    {
        var node = await App.EmbedOnAsync(store, clock, builder => BePatient(builder.Services), app => app.MapGatehouse(),
            [
                ("RateLimits:Enabled", "true"), ("RateLimits:LoginSource:Permits", "10000"), ("RateLimits:SignUp:Permits", "4"),
                ("RateLimits:Mail:Permits", "4"), ("RateLimits:Link:Permits", "4"), ("RateLimits:Lookup:Permits", "4"), .. Settings,
            ]);
        await UntilReadyAsync(node);
        return node;
    }
}

public sealed class NodesLimitOnPostgresTests : NodesLimitTests
{
    private protected override void BePatient(IServiceCollection services) => services.AddSingleton(
        provider => Patient(provider, ActivatorUtilities.CreateInstance<SqlLimits>(provider)));
}

public sealed class NodesLimitOnRedisTests : NodesLimitTests
{
    private SharedRedis redis = null!;

    private protected override (string Key, string Value)[] Settings => [("Redis", redis.Address)];

    public override async Task InitializeAsync()
    {
        redis = await SharedRedis.CreateAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await redis.DisposeAsync();
    }

    private protected override void BePatient(IServiceCollection services)
    {
        Assert.Null(RedisAddress.FaultOf(redis.Address, out var address));
        services.AddSingleton(provider => new RedisStore(address!, provider.GetRequiredService<ILogger<RedisStore>>())
        {
            Patience = Limiting.Patience,
        });
        services.AddSingleton(provider => Patient(provider, ActivatorUtilities.CreateInstance<RedisLimits>(provider)));
    }

    private protected override Task UntilReadyAsync(App node) => Limiting.UntilUpAsync(node.Services.GetRequiredService<RedisStore>());
}
