using Gatehouse.Http;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>What every place to count in promises: never more than the permits in any window, under any interleaving.</summary>
public abstract class LimitStoreTests : IAsyncLifetime
{
    private protected const int Permits = 5;
    private protected static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private protected FakeClock Clock { get; } = new();

    private protected RateLimiter Limiter { get; private set; } = null!;

    /// <summary>The same budgets on another node; where there is none, the same node.</summary>
    private protected RateLimiter Elsewhere { get; private set; } = null!;

    /// <summary>How many random histories: fewer where each step crosses a network.</summary>
    private protected virtual int Histories => 2;

    public virtual async Task InitializeAsync() =>
        (Limiter, Elsewhere) = (Limiting.Limiter(await OpenAsync()), Limiting.Limiter(await OpenAsync()));

    public virtual Task DisposeAsync() => Task.CompletedTask;

    /// <summary>A node's way to what all of this test's nodes share.</summary>
    private protected abstract Task<LimitStore> OpenAsync();

    [Fact]
    public async Task The_permits_are_given_and_then_none()
    {
        for (var i = 0; i < Permits; i++)
            Assert.Null(await TakeAsync("a"));

        Assert.Equal(Window, await TakeAsync("a"));
        Assert.Null(await TakeAsync("b"));
        Assert.Null(await Limiter.TryTakeAsync(LimitName.Lookup, "a", CancellationToken.None));
    }

    [Fact]
    [Meets("GH-SEC-054")]
    public async Task What_was_taken_elsewhere_is_taken_here()
    {
        for (var i = 0; i < Permits; i++)
            Assert.Null(await (i % 2 == 0 ? Limiter : Elsewhere).TryTakeAsync(LimitName.Link, "a", CancellationToken.None));

        Assert.Equal(Window, await TakeAsync("a"));
        Assert.Equal(Window, await Elsewhere.TryTakeAsync(LimitName.Link, "a", CancellationToken.None));
    }

    [Fact]
    public async Task A_permit_comes_back_when_its_window_is_over_and_not_a_moment_before()
    {
        await TakeAsync("a");
        Clock.Advance(TimeSpan.FromSeconds(10));
        for (var i = 1; i < Permits; i++)
            await TakeAsync("a");
        Clock.Advance(Window - TimeSpan.FromSeconds(10) - TimeSpan.FromMicroseconds(1));
        Assert.Equal(TimeSpan.FromMicroseconds(1), await TakeAsync("a"));

        Clock.Advance(TimeSpan.FromMicroseconds(1));

        Assert.Null(await TakeAsync("a"));
        Assert.Equal(TimeSpan.FromSeconds(10), await TakeAsync("a"));
    }

    [Fact]
    public async Task Being_refused_costs_nothing()
    {
        for (var i = 0; i < Permits * 10; i++)
            await TakeAsync("a");

        Clock.Advance(Window);

        Assert.Null(await TakeAsync("a"));
    }

    [Fact]
    public async Task Looking_takes_nothing()
    {
        for (var i = 0; i < Permits * 2; i++)
            Assert.Null(await Limiter.PeekAsync(LimitName.Link, new Source("a", null), CancellationToken.None));
        for (var i = 0; i < Permits; i++)
            Assert.Null(await TakeAsync("a"));
        Assert.Equal(Window, await Limiter.PeekAsync(LimitName.Link, new Source("a", null), CancellationToken.None));
    }

    [Fact]
    [Meets("GH-SEC-043")]
    public async Task A_network_has_ten_times_as_many()
    {
        for (var i = 0; i < Permits * 10; i++)
        {
            var limiter = i % 2 == 0 ? Limiter : Elsewhere;
            Assert.Null(await limiter.TryTakeAsync(LimitName.Link, new Source($"a{i}", "net"), CancellationToken.None));
        }

        var last = new Source("last", "net");
        Assert.Equal(Window, await Limiter.PeekAsync(LimitName.Link, last, CancellationToken.None));
        Assert.Equal(Window, await Limiter.TryTakeAsync(LimitName.Link, last, CancellationToken.None));
    }

    [Fact]
    public async Task Off_means_off()
    {
        var off = Limiting.Limiter(await OpenAsync(), enabled: false);
        for (var i = 0; i < 1000; i++)
            Assert.Null(await off.TryTakeAsync(LimitName.Link, "a", CancellationToken.None));
        Assert.Null((await off.BeginAsync(LimitName.Link, "a", CancellationToken.None)).Wait);
    }

    [Fact]
    [Meets("GH-SEC-272")]
    public async Task Of_many_at_once_the_permits_get_through()
    {
        var waits = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
            await (i % 2 == 0 ? Limiter : Elsewhere).TryTakeAsync(LimitName.Link, "a", CancellationToken.None))));

        Assert.Equal(Permits, waits.Count(wait => wait is null));
    }

    /// <summary>A random history against the definition: no window of any start holds more than the permits.</summary>
    [Fact]
    [Meets("GH-SEC-046")]
    public async Task No_window_ever_holds_more_than_the_permits()
    {
        for (var seed = 0; seed < Histories; seed++)
        {
            var random = new Lcg(seed);
            var taken = new List<DateTimeOffset>();
            for (var step = 0; step < 200; step++)
            {
                Clock.Advance(TimeSpan.FromMilliseconds(random.Next(30_000)));
                var free = taken.Count(at => at > Clock.GetUtcNow() - Window) < Permits;
                var wait = await (random.Next(2) == 0 ? Limiter : Elsewhere).TryTakeAsync(
                    LimitName.Link, "history" + seed, CancellationToken.None);
                Assert.True(free == wait is null, $"seed {seed}, step {step}");
                if (wait is null)
                    taken.Add(Clock.GetUtcNow());
            }
        }
    }

    /// <summary>Everything there is to do, at random, here and in this process: each answer is the same.</summary>
    [Fact]
    public async Task Any_history_has_the_answers_that_one_process_gives()
    {
        for (var seed = 0; seed < Histories; seed++)
        {
            var told = new History(await OpenAsync(), "same" + seed);
            var meant = new History(new LocalLimits(Clock), "same" + seed);
            var random = new Lcg(seed);
            for (var step = 0; step < 250; step++)
            {
                var (kind, pick) = (random.Next(10), random.Next(1_000_000));
                Clock.Advance(kind == 0 ? TimeSpan.FromHours(pick % 30) : TimeSpan.FromMicroseconds(pick * (kind - 1L)));
                Assert.True(await meant.NextAsync(kind, pick) == await told.NextAsync(kind, pick), $"seed {seed}, step {step}");
            }
        }
    }

    [Fact]
    public async Task What_did_not_fail_is_not_counted()
    {
        for (var i = 0; i < Permits * 4; i++)
            await (await BeginAsync("a")).EndAsync(AttemptOutcome.Succeeded);

        Assert.Null((await BeginAsync("a")).Wait);
    }

    [Fact]
    public async Task Failures_are_counted_once_however_often_they_are_ended()
    {
        var first = await BeginAsync("a");
        for (var i = 0; i < Permits; i++)
            await first.EndAsync(AttemptOutcome.Failed);
        for (var i = 1; i < Permits; i++)
            await (await BeginAsync("a")).EndAsync(AttemptOutcome.Failed);

        Assert.Equal(Window, (await BeginAsync("a")).Wait);
        Clock.Advance(Window);
        Assert.Null((await BeginAsync("a")).Wait);
    }

    [Fact]
    [Meets("GH-SEC-041", "GH-SEC-054")]
    public async Task Each_failure_beyond_the_budget_doubles_the_wait_up_to_an_hour_on_any_node()
    {
        var waits = new List<double>();
        for (var i = 0; i < Permits + 8; i++)
        {
            var limiter = i % 2 == 0 ? Limiter : Elsewhere;
            var attempt = await limiter.BeginAsync(LimitName.Link, "a", CancellationToken.None);
            Assert.Equal(i, (await attempt.EndAsync(AttemptOutcome.Failed)).FailuresBefore);
            if (i + 1 < Permits)
                continue;
            var wait = (await Limiter.BeginAsync(LimitName.Link, "a", CancellationToken.None)).Wait;
            waits.Add(wait!.Value.TotalMinutes);
            Clock.Advance(wait.Value);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], waits);
    }

    [Fact]
    public async Task A_success_ends_the_row_and_forgiving_the_budget_s_failures()
    {
        for (var i = 1; i < Permits; i++)
            await (await BeginAsync("a")).EndAsync(AttemptOutcome.Failed);
        Assert.Equal(Permits - 1, (await (await BeginAsync("a")).EndAsync(AttemptOutcome.Succeeded)).FailuresBefore);
        var last = await (await BeginAsync("a")).EndAsync(AttemptOutcome.Failed);
        Assert.Equal(new AttemptEnd(0, true), last); // the window still holds those before the success
        Assert.NotNull((await BeginAsync("a")).Wait);

        await Elsewhere.ForgiveAsync(LimitName.Link, "a");

        Assert.Equal(0, (await (await BeginAsync("a")).EndAsync(AttemptOutcome.Failed)).FailuresBefore);
    }

    [Fact]
    public async Task Who_comes_while_the_budget_is_in_use_waits_for_the_outcome()
    {
        var running = new List<Attempt>();
        for (var i = 0; i < Permits; i++)
            running.Add(await BeginAsync("a"));
        var waiting = Elsewhere.BeginAsync(LimitName.Link, "a", CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        await running[0].EndAsync(AttemptOutcome.Succeeded);

        Assert.Null((await waiting).Wait);
        var refused = BeginAsync("a");
        foreach (var attempt in running.Skip(1))
            await attempt.EndAsync(AttemptOutcome.Failed);
        await (await waiting).EndAsync(AttemptOutcome.Failed);
        Assert.Equal(Window, (await refused).Wait);
    }

    [Fact]
    public async Task A_node_that_died_gives_its_places_back()
    {
        for (var i = 0; i < Permits; i++)
            await BeginAsync("a");
        Clock.Advance(Stamps.PlaceLife - TimeSpan.FromMicroseconds(1));
        var waiting = Elsewhere.BeginAsync(LimitName.Link, "a", CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        Clock.Advance(TimeSpan.FromMicroseconds(1));

        Assert.Null((await waiting).Wait);
    }

    [Fact]
    public async Task Who_waits_can_leave()
    {
        for (var i = 0; i < Permits; i++)
            await BeginAsync("a");
        using var leaving = new CancellationTokenSource();
        var first = Limiter.BeginAsync(LimitName.Link, "a", leaving.Token);
        var behind = Limiter.BeginAsync(LimitName.Link, "a", leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => behind);
    }

    [Theory]
    [Meets("GH-SEC-046", "GH-SEC-272")]
    [InlineData(true, Permits)]
    [InlineData(false, 200)]
    public async Task Of_many_guesses_at_once_the_budget_is_evaluated_and_of_right_ones_all(bool wrong, int evaluated)
    {
        var ran = 0;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            var limiter = i % 2 == 0 ? Limiter : Elsewhere;
            var attempt = await limiter.BeginAsync(LimitName.Link, "a", CancellationToken.None);
            if (attempt.Wait is not null)
                return;
            Interlocked.Increment(ref ran);
            await Task.Yield();
            await attempt.EndAsync(wrong ? AttemptOutcome.Failed : AttemptOutcome.Succeeded);
        })));

        Assert.Equal(evaluated, ran);
    }

    private async Task<TimeSpan?> TakeAsync(string key) =>
        await Limiter.TryTakeAsync(LimitName.Link, key, CancellationToken.None);

    private Task<Attempt> BeginAsync(string key) => Limiter.BeginAsync(LimitName.Link, key, CancellationToken.None);

    /// <summary>One budget's life in one store, as text.</summary>
    private sealed class History(LimitStore store, string key)
    {
        private readonly Budget budget = new(LimitName.Login, key, new LimitRule(Permits, Window));
        private readonly Queue<Attempt> running = new();

        public async Task<string> NextAsync(int kind, int pick)
        {
            switch (kind)
            {
                case <= 1:
                    return $"{await store.TryTakeAsync(budget)}";
                case 2:
                    return $"{await store.PeekAsync(budget)}";
                case 3 when pick % 10 == 0:
                    await store.ForgiveAsync(budget);
                    return "forgiven";
                case <= 6:
                    var attempt = await store.TryBeginAsync(budget);
                    if (attempt is { Wait: null })
                        running.Enqueue(attempt);
                    return attempt is null ? "full" : $"begun {attempt.Wait}";
                default:
                    return running.TryDequeue(out var ended)
                        ? $"{await ended.EndAsync(pick % 4 == 0 ? (AttemptOutcome)(pick / 4 % 3) : AttemptOutcome.Failed)}"
                        : "none";
            }
        }
    }
}
