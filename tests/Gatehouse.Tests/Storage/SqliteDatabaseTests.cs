using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Tests.Storage;

/// <summary>The file under the embedded default: how it is kept, and what happens when it can't be.</summary>
public sealed class SqliteDatabaseTests : IAsyncLifetime
{
    private Store store = null!;

    private string File => Path.Combine(store.Folder, "gatehouse.db");

    public async Task InitializeAsync() => store = await Store.CreateAsync(StoreKind.Sqlite);

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Theory]
    [Meets("GH-SEC-307")]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")] // FULL
    [InlineData("foreign_keys", "1")]
    public async Task The_writer_keeps_what_it_was_told(string pragma, string value)
    {
        await using var database = Database.Open(store.ConnectionString);

        Assert.Equal(value, await database.TransactAsync(db => db.ScalarAsync<string>($"PRAGMA {pragma}"), CancellationToken.None));
    }

    [Fact]
    public async Task A_reader_cannot_write()
    {
        await using var database = Database.Open(store.ConnectionString);
        await CreateTableAsync(database);

        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => database.ReadAsync(db => db.ExecuteAsync("INSERT INTO notes VALUES (1)"), CancellationToken.None));
    }

    [Fact]
    public async Task The_folder_is_made()
    {
        var deep = Path.Combine(store.Folder, "a", "b", "c.db");
        await using var database = Database.Open($"Data Source={deep}");

        await CreateTableAsync(database);

        Assert.True(System.IO.File.Exists(deep));
    }

    [Fact]
    public async Task Work_that_waits_for_something_else_is_refused_and_stops_nobody()
    {
        await using var database = Database.Open(store.ConnectionString);
        await CreateTableAsync(database);
        var never = new TaskCompletionSource();

        var waiting = database.TransactAsync(async db =>
        {
            await db.ExecuteAsync("INSERT INTO notes VALUES (1)");
            await never.Task;
        }, CancellationToken.None);
        var next = database.TransactAsync(db => db.ExecuteAsync("INSERT INTO notes VALUES (2)"), CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        Assert.Equal(1, await next);
        Assert.Equal(2L, await database.ReadAsync(db => db.ScalarAsync<long>("SELECT max(id) FROM notes"), CancellationToken.None));
        Assert.Equal(1L, await database.ReadAsync(db => db.ScalarAsync<long>("SELECT count(*) FROM notes"), CancellationToken.None));
    }

    [Fact]
    public async Task Work_that_is_over_has_no_more_to_say()
    {
        await using var database = Database.Open(store.ConnectionString);
        await CreateTableAsync(database);
        Db? kept = null;
        await database.TransactAsync(db => { kept = db; return Task.CompletedTask; }, CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => kept!.ExecuteAsync("INSERT INTO notes VALUES (1)"));
    }

    [Fact]
    public async Task What_is_in_the_queue_at_the_end_is_still_done()
    {
        var database = Database.Open(store.ConnectionString);
        await CreateTableAsync(database);
        var work = Enumerable.Range(0, 100).Select(i => database.TransactAsync(
            db => db.ExecuteAsync("INSERT INTO notes VALUES (@i)", new { i }), CancellationToken.None)).ToArray();

        await database.DisposeAsync();

        await Task.WhenAll(work);
        Assert.Equal(100, await store.CountAsync("notes"));
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => database.TransactAsync(db => db.ExecuteAsync("DELETE FROM notes"), CancellationToken.None));
    }

    [Fact]
    public async Task A_file_that_somebody_else_holds_is_unavailable_within_its_time_and_comes_back()
    {
        await using var database = Database.Open(store.ConnectionString);
        await CreateTableAsync(database);
        await using var other = new SqliteConnection(store.ConnectionString + ";Pooling=false");
        await other.OpenAsync();
        await using var transaction = other.BeginTransaction(deferred: false);

        var write = database.TransactAsync(db => db.ExecuteAsync("INSERT INTO notes VALUES (1)"), CancellationToken.None);
        Assert.Equal(0L, await database.ReadAsync(db => db.ScalarAsync<long>("SELECT count(*) FROM notes"), CancellationToken.None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => write.WaitAsync(TimeSpan.FromSeconds(10)));

        await transaction.RollbackAsync();
        await database.TransactAsync(db => db.ExecuteAsync("INSERT INTO notes VALUES (1)"), CancellationToken.None);
    }

    [Fact]
    public async Task A_file_that_is_none_of_ours_is_unavailable()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 8192));
        await using var database = Database.Open(store.ConnectionString);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => CreateTableAsync(database));
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => database.ReadAsync(db => db.ScalarAsync<long>("SELECT count(*) FROM notes"), CancellationToken.None));
    }

    [Fact]
    [Meets("GH-SEC-302")]
    public async Task A_disk_that_is_full_keeps_what_was_answered_and_goes_on()
    {
        await using var database = Database.Open(store.ConnectionString);
        await database.TransactAsync(db => db.ExecuteAsync("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)"), CancellationToken.None);
        await database.TransactAsync(db => db.ExecuteAsync("INSERT INTO notes VALUES (1, 'kept')"), CancellationToken.None);
        var pages = await database.TransactAsync(db => db.ScalarAsync<long>("PRAGMA page_count"), CancellationToken.None);
        await database.TransactAsync(db => db.ScalarAsync<long>($"PRAGMA max_page_count={pages + 2}"), CancellationToken.None);

        var work = Enumerable.Range(2, 20).Select(i => database.TransactAsync(
            db => db.ExecuteAsync("INSERT INTO notes VALUES (@i, @text)", new { i, text = new string('x', 4000) }), CancellationToken.None)).ToArray();

        var done = 0;
        foreach (var task in work)
        {
            try
            {
                done += await task;
            }
            catch (StoreUnavailableException)
            {
                // full
            }
        }
        Assert.True(done < 20);
        Assert.Equal(done + 1, await store.CountAsync("notes"));
        Assert.Equal("ok", await store.AskAsync("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_made_is_unavailable()
    {
        Directory.CreateDirectory(Path.Combine(store.Folder, "gatehouse.db"));
        await using var database = Database.Open(store.ConnectionString);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => CreateTableAsync(database));
    }

    private static Task<int> CreateTableAsync(Database database) => database.TransactAsync(
        db => db.ExecuteAsync("CREATE TABLE notes (id INTEGER PRIMARY KEY)"), CancellationToken.None);
}
