using Gatehouse.Hosting;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Hosting;

public sealed class LeasesOnSqlite() : LeaseTests(StoreKind.Sqlite);

public sealed class LeasesOnPostgres() : LeaseTests(StoreKind.Postgres);

/// <summary>Who is there, and who does what one node does at a time.</summary>
public abstract class LeaseTests(StoreKind kind)
{
    private const string Purging = "leases WHERE name = 'purge'";
    private static readonly (string, string) Soon = ("Verification:PurgeAfter", "00:01:00");
    private static readonly TimeSpan PurgeLease = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_node_is_told_of_while_it_lives_and_no_longer()
    {
        await using var store = await Store.CreateAsync(kind);
        var clock = new FakeClock();
        await using var first = await App.StartOnAsync(store, clock);
        await AliveAsync(store, clock, 1);
        await using (await App.StartOnAsync(store, clock))
            await AliveAsync(store, clock, 2);
        await AliveAsync(store, clock, 1); // it said good-bye

        await store.AskAsync($"INSERT INTO leases (name, holder, expires_at) SELECT 'node/killed', 'killed', max(expires_at) FROM leases WHERE name LIKE 'node/%'");
        await AliveAsync(store, clock, 2); // nobody knows yet
        Assert.Equal(
            kind == StoreKind.Sqlite ? "2 are running on one SQLite file" : "2 are running",
            (await new Operator(store.ConnectionString, clock).RunAsync("doctor", "--json")).Json.EnumerateArray()
                .Single(check => check.GetProperty("check").GetString() == "nodes").GetProperty("detail").GetString());
        for (var beat = 0; beat < 3; beat++)
            await BeatAsync(first, store);
        await AliveAsync(store, clock, 1);
        Assert.Equal(0, await store.CountAsync("leases WHERE name = 'node/killed'"));
    }

    [Fact]
    public async Task One_node_purges_at_a_time_and_another_takes_over_from_one_that_died()
    {
        await using var store = await Store.CreateAsync(kind);
        var clock = new FakeClock();
        await using var first = await App.StartOnAsync(store, clock, Soon);
        await using var second = await App.StartOnAsync(store, clock, Soon);
        // Who holds the lease now is killed before it gives anything back.
        await WaitAsync(async () => await store.CountAsync(Purging) == 1);
        await store.AskAsync($"UPDATE leases SET holder = 'killed', expires_at = {Micros(clock, PurgeLease)} WHERE name = 'purge'");
        var token = await first.SignUpAsync("alice@example.com");

        clock.Advance(PurgeLease - TimeSpan.FromSeconds(2));
        foreach (var node in (App[])[first, second])
            await node.Services.GetRequiredService<Housekeeping>().PurgeAloneAsync(CancellationToken.None);
        Assert.Equal(1, await store.CountAsync("accounts"));
        Assert.Equal(1, await store.CountAsync(Purging + " AND holder = 'killed'"));

        clock.Advance(TimeSpan.FromSeconds(3));
        await Task.WhenAll(((App[])[first, second]).Select(
            node => node.Services.GetRequiredService<Housekeeping>().PurgeAloneAsync(CancellationToken.None)));
        Assert.Equal(0, await store.CountAsync("accounts"));
        Assert.Equal(0, await store.CountAsync(Purging + " AND holder = 'killed'"));
        (await second.VerifyAsync(token)).IsProblem(410, "link_invalid");
    }

    private static long Micros(FakeClock clock, TimeSpan later) => UnixMicros.Of(clock.GetUtcNow() + later);

    /// <summary>Lets this node's next beat come and waits until it is written.</summary>
    private static async Task BeatAsync(App node, Store store)
    {
        node.Clock.Advance(TimeSpan.FromSeconds(10));
        var renewed = Micros(node.Clock, TimeSpan.FromSeconds(30));
        await WaitAsync(async () => await store.CountAsync($"leases WHERE name LIKE 'node/%' AND expires_at >= {renewed}") == 1);
    }

    private static async Task AliveAsync(Store store, FakeClock clock, int count)
    {
        await using var database = Database.Open(store.ConnectionString);
        await WaitAsync(async () =>
            await database.ReadAsync(db => Leases.CountNodesAsync(db, clock.NowMicros()), CancellationToken.None) == count);
    }

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        for (var tries = 0; tries < 1500; tries++)
        {
            if (await condition())
                return;
            await Task.Delay(20);
        }
        throw new TimeoutException("It never came to that.");
    }
}
