using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Tests.Http;

/// <summary>Never more than the permits in any window, under any interleaving.</summary>
public sealed class RateLimiterTests
{
    private const int Permits = 5;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    private readonly FakeClock clock = new();
    private readonly RateLimiter limiter;

    public RateLimiterTests() => limiter = Create(true);

    [Fact]
    public async Task The_permits_are_given_and_then_none()
    {
        for (var i = 0; i < Permits; i++)
            Assert.Null(await TakeAsync("a"));

        Assert.Equal(Window, await TakeAsync("a"));
        Assert.Null(await TakeAsync("b"));
        Assert.Null(await limiter.TryTakeAsync(LimitName.Lookup, "a", CancellationToken.None));
    }

    [Fact]
    public async Task A_permit_comes_back_when_its_window_is_over_and_not_a_moment_before()
    {
        await TakeAsync("a");
        clock.Advance(TimeSpan.FromSeconds(10));
        for (var i = 1; i < Permits; i++)
            await TakeAsync("a");
        clock.Advance(Window - TimeSpan.FromSeconds(10) - TimeSpan.FromMicroseconds(1));
        Assert.Equal(TimeSpan.FromMicroseconds(1), await TakeAsync("a"));

        clock.Advance(TimeSpan.FromMicroseconds(1));

        Assert.Null(await TakeAsync("a"));
        Assert.Equal(TimeSpan.FromSeconds(10), await TakeAsync("a"));
    }

    [Fact]
    public async Task Being_refused_costs_nothing()
    {
        for (var i = 0; i < Permits * 10; i++)
            await TakeAsync("a");

        clock.Advance(Window);

        Assert.Null(await TakeAsync("a"));
    }

    [Fact]
    public async Task Looking_takes_nothing()
    {
        for (var i = 0; i < Permits * 2; i++)
            Assert.Null(await limiter.PeekAsync(LimitName.Link, new Source("a", null), CancellationToken.None));
        for (var i = 0; i < Permits; i++)
            Assert.Null(await TakeAsync("a"));
        Assert.Equal(Window, await limiter.PeekAsync(LimitName.Link, new Source("a", null), CancellationToken.None));
    }

    [Fact]
    public async Task Off_means_off()
    {
        var off = Create(false);
        for (var i = 0; i < 1000; i++)
            Assert.Null(await off.TryTakeAsync(LimitName.Link, "a", CancellationToken.None));
        Assert.Null((await off.BeginAsync(LimitName.Link, "a", CancellationToken.None)).Wait);
    }

    [Fact]
    public async Task Of_many_at_once_the_permits_get_through()
    {
        var waits = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => TakeAsync("a"))));

        Assert.Equal(Permits, waits.Count(wait => wait is null));
    }

    /// <summary>A random history against the definition: no window of any start holds more than the permits.</summary>
    [Fact]
    [Meets("GH-SEC-046")]
    public async Task No_window_ever_holds_more_than_the_permits()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Lcg(seed);
            var taken = new List<DateTimeOffset>();
            for (var step = 0; step < 300; step++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(random.Next(30_000)));
                var free = taken.Count(at => at > clock.GetUtcNow() - Window) < Permits;
                var wait = await TakeAsync("history" + seed);
                Assert.True(free == wait is null, $"seed {seed}, step {step}");
                if (wait is null)
                    taken.Add(clock.GetUtcNow());
            }
        }
    }

    [Fact]
    public async Task What_did_not_fail_is_not_counted()
    {
        for (var i = 0; i < Permits * 4; i++)
            (await BeginAsync("a")).End(AttemptOutcome.Succeeded);

        Assert.Null((await BeginAsync("a")).Wait);
    }

    [Fact]
    public async Task Failures_are_counted_once_however_often_they_are_ended()
    {
        var first = await BeginAsync("a");
        for (var i = 0; i < Permits; i++)
            first.End(AttemptOutcome.Failed);
        for (var i = 1; i < Permits; i++)
            (await BeginAsync("a")).End(AttemptOutcome.Failed);

        Assert.Equal(Window, (await BeginAsync("a")).Wait);
        clock.Advance(Window);
        Assert.Null((await BeginAsync("a")).Wait);
    }

    [Fact]
    public async Task Who_comes_while_the_budget_is_in_use_waits_for_the_outcome()
    {
        var running = new List<Attempt>();
        for (var i = 0; i < Permits; i++)
            running.Add(await BeginAsync("a"));
        var waiting = BeginAsync("a");
        Assert.False(waiting.IsCompleted);

        running[0].End(AttemptOutcome.Succeeded);

        Assert.Null((await waiting).Wait);
        var refused = BeginAsync("a");
        foreach (var attempt in running.Skip(1))
            attempt.End(AttemptOutcome.Failed);
        (await waiting).End(AttemptOutcome.Failed);
        Assert.Equal(Window, (await refused).Wait);
    }

    [Fact]
    public async Task Who_waits_can_leave()
    {
        for (var i = 0; i < Permits; i++)
            await BeginAsync("a");
        using var leaving = new CancellationTokenSource();
        var waiting = limiter.BeginAsync(LimitName.Link, "a", leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(true, Permits)]
    [InlineData(false, 200)]
    public async Task Of_many_guesses_at_once_the_budget_is_evaluated_and_of_right_ones_all(bool wrong, int evaluated)
    {
        var ran = 0;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(async () =>
        {
            var attempt = await BeginAsync("a");
            if (attempt.Wait is not null)
                return;
            Interlocked.Increment(ref ran);
            await Task.Yield();
            attempt.End(wrong ? AttemptOutcome.Failed : AttemptOutcome.Succeeded);
        })));

        Assert.Equal(evaluated, ran);
    }

    [Fact]
    public async Task A_sweep_forgets_what_is_over_and_keeps_what_is_full()
    {
        for (var i = 0; i < Permits; i++)
            await TakeAsync("full");
        clock.Advance(Window - TimeSpan.FromSeconds(1));
        var running = await BeginAsync("running");
        clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromMicroseconds(1));

        await TakeAsync("sweeps");

        Assert.NotNull(await TakeAsync("full"));
        clock.Advance(TimeSpan.FromMinutes(2));
        await TakeAsync("sweeps again");
        running.End(AttemptOutcome.Failed);
        for (var i = 1; i < Permits; i++)
            Assert.Null(await TakeAsync("running"));
        Assert.NotNull(await TakeAsync("running"));
    }

    [Fact]
    public async Task A_flood_of_keys_drops_the_unused_and_not_the_full()
    {
        for (var i = 0; i < Permits; i++)
            await TakeAsync("full");
        await TakeAsync("twice");
        await TakeAsync("twice");
        for (var i = 0; i < 200_500; i++)
            await TakeAsync("flood" + i);

        for (var i = 0; i < Permits; i++)
            Assert.Null(await TakeAsync("flood0")); // forgotten
        Assert.NotNull(await TakeAsync("full"));
        for (var i = 2; i < Permits; i++)
            Assert.Null(await TakeAsync("twice"));
        Assert.NotNull(await TakeAsync("twice"));
    }

    private RateLimiter Create(bool enabled)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Gatehouse:Secrets:Key"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            ["Gatehouse:RateLimits:Enabled"] = enabled ? "true" : "false",
            ["Gatehouse:RateLimits:Link:Permits"] = "5",
            ["Gatehouse:RateLimits:Link:Window"] = "00:01:00",
        }).Build();
        return new RateLimiter(SettingsReader.Read(configuration, development: true), clock);
    }

    private async Task<TimeSpan?> TakeAsync(string key) =>
        await limiter.TryTakeAsync(LimitName.Link, key, CancellationToken.None);

    private Task<Attempt> BeginAsync(string key) => limiter.BeginAsync(LimitName.Link, key, CancellationToken.None);
}
