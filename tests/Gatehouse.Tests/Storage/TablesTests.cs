using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Storage;

/// <summary>The list of tables against the schema, so that no new one is forgotten when a database is moved.</summary>
public sealed class TablesTests : IAsyncLifetime
{
    private Store store = null!;
    private Database database = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(StoreKind.Sqlite);
        database = Database.Open(store.ConnectionString);
        await new Migrator(database, TimeProvider.System).MigrateAsync(default);
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Every_table_is_moved_or_named_as_one_that_is_not() => Assert.Equal(
        (await ListAsync("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")).Order(StringComparer.Ordinal),
        Tables.All.Select(table => table.Name).Concat(Tables.NotMoved).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Each_is_read_by_its_primary_key_and_after_those_it_refers_to()
    {
        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in Tables.All)
        {
            Assert.Equal(await ListAsync($"SELECT name FROM pragma_table_info('{table.Name}') WHERE pk > 0 ORDER BY pk"), table.Key);
            Assert.Subset(before, (await ListAsync($"SELECT \"table\" FROM pragma_foreign_key_list('{table.Name}')")).ToHashSet(StringComparer.Ordinal));
            before.Add(table.Name);
        }
    }

    private Task<IReadOnlyList<string>> ListAsync(string sql) => database.ReadAsync(db => db.ListAsync<string>(sql), default);
}
