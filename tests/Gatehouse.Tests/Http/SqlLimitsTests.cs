using Gatehouse.Http;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>Budgets in the database, each node with connections of its own.</summary>
public abstract class SqlLimitsTests(StoreKind kind) : LimitStoreTests
{
    private readonly List<Database> databases = [];
    private Store store = null!;

    public override async Task InitializeAsync()
    {
        store = await Store.CreateAsync(kind);
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        foreach (var database in databases)
            await database.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task What_is_over_is_purged_and_what_is_not_is_kept()
    {
        var database = databases[0];
        for (var i = 0; i < Permits; i++)
            Assert.Null(await Limiter.TryTakeAsync(LimitName.Link, "full", CancellationToken.None));
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(await Limiter.TryTakeAsync(LimitName.Link, "later", CancellationToken.None));
        var failing = await Limiter.BeginAsync(LimitName.Link, "failed", CancellationToken.None);
        await failing.EndAsync(AttemptOutcome.Failed);

        Assert.Equal(0, await PurgeAsync());
        Clock.Advance(Window - TimeSpan.FromSeconds(30));
        Assert.Equal(1, await PurgeAsync());
        Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await PurgeAsync());
        Clock.Advance(Stamps.Remembered);
        Assert.Equal(1, await PurgeAsync());

        Task<int> PurgeAsync() =>
            database.TransactAsync(db => LimitRows.PurgeAsync(db, Clock.NowMicros(), 100), CancellationToken.None);
    }

    [Fact]
    public async Task A_row_tells_no_address()
    {
        await Limiter.TryTakeAsync(LimitName.Link, "alice@example.com", CancellationToken.None);

        var key = (string)(await store.AskAsync("SELECT key FROM limits"))!;

        Assert.Matches("^Link/[A-Za-z0-9_-]{43}$", key);
    }

    private protected override async Task<LimitStore> OpenAsync()
    {
        var database = Database.Open(store.ConnectionString);
        databases.Add(database);
        await new Migrator(database, Clock).MigrateAsync(CancellationToken.None);
        return new SqlLimits(database, Limiting.Keys, Clock);
    }
}

public sealed class SqlLimitsOnSqliteTests() : SqlLimitsTests(StoreKind.Sqlite);

public sealed class SqlLimitsOnPostgresTests() : SqlLimitsTests(StoreKind.Postgres);
