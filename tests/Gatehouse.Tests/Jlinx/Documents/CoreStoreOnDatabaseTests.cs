using Gatehouse.Hypercore.Stores;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx.Documents;

public sealed class CoreStoreOnSqlite() : CoreStoreOnDatabaseTests(StoreKind.Sqlite);

public sealed class CoreStoreOnPostgres() : CoreStoreOnDatabaseTests(StoreKind.Postgres);

public sealed class CoreStoreInMemory : CoreStoreTests
{
    protected override Task<ICoreStore> OpenAsync() => Task.FromResult<ICoreStore>(new MemoryCoreStore());
}

public abstract class CoreStoreOnDatabaseTests(StoreKind kind) : CoreStoreTests
{
    private Store files = null!;
    private Database database = null!;

    public override async Task DisposeAsync()
    {
        await database.DisposeAsync();
        await files.DisposeAsync();
    }

    protected override async Task<ICoreStore> OpenAsync()
    {
        files = await Store.CreateAsync(kind);
        database = Database.Open(files.ConnectionString);
        await new Migrator(database, TimeProvider.System).MigrateAsync(default);
        return new SqlCoreStore(database, TimeProvider.System);
    }
}
