using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Storage;

public sealed class MigratorOnSqlite() : MigratorTests(StoreKind.Sqlite);

public sealed class MigratorOnPostgres() : MigratorTests(StoreKind.Postgres);

public abstract class MigratorTests(StoreKind kind) : IAsyncLifetime
{
    private readonly FakeClock clock = new();
    private Store store = null!;
    private Database database = null!;
    private Migrator migrator = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(kind);
        database = Database.Open(store.ConnectionString);
        migrator = new Migrator(database, clock);
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Each_step_is_done_once()
    {
        var first = await migrator.MigrateAsync(CancellationToken.None);
        var second = await migrator.MigrateAsync(CancellationToken.None);

        Assert.NotEmpty(first);
        Assert.Empty(second);
        Assert.Equal(first.Count, await store.CountAsync("schema_migrations"));
        Assert.False(await migrator.IsBehindAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_step_whose_text_has_changed_is_refused()
    {
        await migrator.MigrateAsync(CancellationToken.None);
        await store.AskAsync("UPDATE schema_migrations SET digest = 'another' WHERE version = 1");

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => migrator.MigrateAsync(CancellationToken.None));

        Assert.Contains("0001", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-308")]
    public async Task A_step_of_a_newer_release_is_left_alone()
    {
        await migrator.MigrateAsync(CancellationToken.None);
        await store.AskAsync("INSERT INTO schema_migrations (version, name, digest, applied_at) VALUES (9999, '9999_future', 'x', 1)");

        Assert.Empty(await migrator.MigrateAsync(CancellationToken.None));
        Assert.False(await migrator.IsBehindAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_missing_step_is_noticed_whatever_else_is_there()
    {
        await migrator.MigrateAsync(CancellationToken.None);
        await store.AskAsync("UPDATE schema_migrations SET version = 9999 WHERE version = 1");

        Assert.True(await migrator.IsBehindAsync(CancellationToken.None));
    }

    [Fact]
    [Meets("GH-SEC-308")]
    public async Task A_step_that_fails_leaves_nothing_behind()
    {
        await store.AskAsync("CREATE TABLE leases (other bigint)"); // the last table of the first step exists already

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => migrator.MigrateAsync(CancellationToken.None));

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => store.CountAsync("accounts"));
        await store.AskAsync("DROP TABLE leases");
        Assert.NotEmpty(await migrator.MigrateAsync(CancellationToken.None));
    }

    [Fact]
    [Meets("GH-SEC-308")]
    public async Task Many_at_once_do_it_once()
    {
        var databases = Enumerable.Range(0, 4).Select(_ => Database.Open(store.ConnectionString)).ToArray();

        var done = await Task.WhenAll(databases.Select(
            each => Task.Run(() => new Migrator(each, clock).MigrateAsync(CancellationToken.None))));

        Assert.Single(done, steps => steps.Count > 0);
        foreach (var each in databases)
            await each.DisposeAsync();
    }
}
