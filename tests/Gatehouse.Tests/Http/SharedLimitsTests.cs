using System.Diagnostics.Metrics;
using Gatehouse.Http;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Http;

/// <summary>The shared store goes away and comes back: a node alone gives less, never all and never nothing.</summary>
public sealed class SharedLimitsTests : IAsyncLifetime
{
    private static readonly Budget TwelveAMinute = new(LimitName.Login, "a", new LimitRule(12, TimeSpan.FromMinutes(1)));
    private readonly FakeClock clock = new();
    private LogSink logs = null!;
    private ILoggerFactory loggers = null!;
    private Store store = null!;
    private TcpProxy proxy = null!;
    private Database direct = null!;
    private Database through = null!;
    private LiveNodes nodes = null!;
    private SharedLimits here = null!;
    private SqlLimits elsewhere = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(StoreKind.Postgres);
        (proxy, var way) = store.ThroughProxy();
        (direct, through) = (Database.Open(store.ConnectionString), Database.Open(way));
        await new Migrator(direct, clock).MigrateAsync(CancellationToken.None);
        (logs, loggers) = Listen();
        nodes = new LiveNodes(direct, clock);
        here = new SharedLimits(
            new SqlLimits(through, Limiting.Keys, clock), new LocalLimits(clock), nodes, loggers.CreateLogger<SharedLimits>());
        elsewhere = new SqlLimits(direct, Limiting.Keys, clock);
    }

    public async Task DisposeAsync()
    {
        proxy.Pass();
        await through.DisposeAsync();
        await direct.DisposeAsync();
        await proxy.DisposeAsync();
        await store.DisposeAsync();
        loggers.Dispose();
    }

    [Theory]
    [Meets("GH-SEC-055", "GH-SEC-296")]
    [InlineData(0, 3)] // nobody tells of itself: four are assumed
    [InlineData(1, 6)] // one that is cut off may not be the only one
    [InlineData(3, 4)]
    [InlineData(50, 1)]
    public async Task Without_the_store_a_node_gives_its_share_and_at_least_one(int live, int given)
    {
        await LiveAsync(live);
        proxy.Cut();

        Assert.Equal(given, await TakenAsync(TwelveAMinute, 20));
        Assert.Equal(given, await FailedAsync(TwelveAMinute with { Key = "b" }, 20));
        Assert.Equal(TimeSpan.FromMinutes(1), await here.PeekAsync(TwelveAMinute));
    }

    [Fact]
    [Meets("GH-SEC-055")]
    public async Task An_outage_gives_no_fresh_start()
    {
        await LiveAsync(2);
        Assert.Equal(5, await TakenAsync(TwelveAMinute, 5));
        Assert.Equal(5, await FailedAsync(TwelveAMinute with { Key = "b" }, 5));
        proxy.Cut();

        Assert.Equal(1, await TakenAsync(TwelveAMinute, 20));
        Assert.Equal(1, await FailedAsync(TwelveAMinute with { Key = "b" }, 20));
    }

    [Theory]
    [Meets("GH-SEC-055", "GH-SEC-300")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_store_is_back_it_is_asked_again(bool hangs)
    {
        await LiveAsync(2);
        Assert.Equal(1, await TakenAsync(TwelveAMinute, 1)); // connected
        if (hangs)
            proxy.Hang();
        else
            proxy.Cut();
        Assert.Equal(5, await TakenAsync(TwelveAMinute, 20));
        for (var i = 0; i < 11; i++)
            Assert.Null(await elsewhere.TryTakeAsync(TwelveAMinute with { Key = "taken elsewhere" }));
        proxy.Pass();

        var since = System.Diagnostics.Stopwatch.StartNew();
        while (!logs.Text.Contains("shared with the other nodes again", StringComparison.Ordinal))
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(30), "never asked again");
            await here.PeekAsync(TwelveAMinute with { Key = "is it back?" });
            await Task.Delay(50);
        }

        Assert.Equal(1, await TakenAsync(TwelveAMinute with { Key = "taken elsewhere" }, 20));
        Assert.Single(logs.Text.Split('\n'), line => line.Contains("LimitsFellBack", StringComparison.Ordinal));
        Assert.Single(logs.Text.Split('\n'), line => line.Contains("LimitsAreShared", StringComparison.Ordinal));
    }

    [Fact]
    [Meets("GH-SEC-055")]
    public async Task An_attempt_that_began_with_the_store_and_ends_without_it_is_counted_here()
    {
        await LiveAsync(2);
        var budget = TwelveAMinute with { Rule = TwelveAMinute.Rule with { Permits = 2 } };
        var attempt = await here.TryBeginAsync(budget);
        proxy.Cut();

        await attempt!.EndAsync(AttemptOutcome.Failed);

        Assert.NotNull((await here.TryBeginAsync(budget))?.Wait);
        await here.ForgiveAsync(budget);
        Assert.Null((await here.TryBeginAsync(budget))!.Wait);
    }

    [Fact]
    [Meets("GH-SEC-276")]
    public async Task A_store_that_forgets_everything_gives_no_node_more_than_the_budget()
    {
        Assert.Equal(7, await TakenAsync(TwelveAMinute, 7));
        await store.AskAsync("DELETE FROM limits");

        Assert.Equal(5, await TakenAsync(TwelveAMinute, 20));
        Assert.Equal(TimeSpan.FromMinutes(1), await here.PeekAsync(TwelveAMinute));
    }

    [Fact]
    public async Task Fallbacks_are_measured()
    {
        var counted = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "gatehouse.limits.fallbacks")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref counted, value));
        listener.Start();
        proxy.Cut();

        await TakenAsync(TwelveAMinute, 3);

        Assert.True(Interlocked.Read(ref counted) >= 3);
    }

    private static (LogSink, ILoggerFactory) Listen()
    {
        var sink = new LogSink();
        return (sink, LoggerFactory.Create(logging => logging.AddProvider(sink)));
    }

    /// <summary>Leases as running nodes hold them; one has run out, and one is of another kind.</summary>
    private async Task LiveAsync(int count)
    {
        var now = clock.NowMicros();
        await direct.TransactAsync(async db =>
        {
            await Leases.TryTakeAsync(db, "purge", "x", now, TimeSpan.FromMinutes(1));
            await Leases.TryTakeAsync(db, "node/gone", "x", now, TimeSpan.Zero);
            for (var i = 0; i < count; i++)
                await Leases.TryTakeAsync(db, $"node/{i}", "x", now, TimeSpan.FromMinutes(1));
        }, CancellationToken.None);
        await nodes.RefreshAsync(CancellationToken.None);
    }

    private async Task<int> TakenAsync(Budget budget, int tries)
    {
        var taken = 0;
        for (var i = 0; i < tries; i++)
            taken += await here.TryTakeAsync(budget) is null ? 1 : 0;
        return taken;
    }

    private async Task<int> FailedAsync(Budget budget, int tries)
    {
        var failed = 0;
        for (var i = 0; i < tries; i++)
        {
            if (await here.TryBeginAsync(budget) is not { Wait: null } attempt)
                continue;
            failed++;
            await attempt.EndAsync(AttemptOutcome.Failed);
        }
        return failed;
    }
}
