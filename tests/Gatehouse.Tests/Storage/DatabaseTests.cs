using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Storage;

public sealed class DatabaseOnSqlite() : DatabaseTests(StoreKind.Sqlite);

public sealed class DatabaseOnPostgres() : DatabaseTests(StoreKind.Postgres);

/// <summary>What every kind of database promises.</summary>
public abstract class DatabaseTests(StoreKind kind) : IAsyncLifetime
{
    private Store store = null!;
    private Database database = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(kind);
        database = Database.Open(store.ConnectionString);
        await database.TransactAsync(
            db => db.ExecuteAsync("CREATE TABLE notes (id bigint PRIMARY KEY, text text NOT NULL)"), CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task What_is_committed_is_seen_by_everybody()
    {
        var result = await database.TransactAsync(async db =>
        {
            await AddAsync(db, 1);
            return "done";
        }, CancellationToken.None);

        Assert.Equal("done", result);
        Assert.Equal(1, await CountAsync());
        Assert.Equal(1, await store.CountAsync("notes"));
    }

    [Fact]
    public async Task What_throws_has_changed_nothing()
    {
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => database.TransactAsync<int>(async db =>
        {
            await AddAsync(db, 1);
            await AddAsync(db, 2);
            throw new InvalidTimeZoneException();
        }, CancellationToken.None));

        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task A_wrong_statement_is_a_bug_and_not_an_outage()
    {
        var exception = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(
            () => database.TransactAsync(db => db.ExecuteAsync("SELECT nothing FROM nowhere"), CancellationToken.None));

        Assert.NotNull(exception);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(
            () => database.ReadAsync(db => db.ScalarAsync<long>("SELECT nothing FROM nowhere"), CancellationToken.None));
    }

    /// <summary>What the application takes for two keys the database must not take for one.</summary>
    [Fact]
    [Meets("GH-SEC-239")]
    public async Task Equal_is_equal_to_the_letter()
    {
        string[] keys =
        [
            "k", "K", "\u212a", "i", "I", "\u0130", "\u0131", "s", "\u017f", "ss", "\u00df", "\u00e9", "e\u0301", "a", "a ", " a",
            "\uff41", "a\u00ad", "a\u200b", "a\u034f",
        ];
        await database.TransactAsync(db => db.ExecuteAsync("CREATE TABLE keys (text TEXT PRIMARY KEY)"), CancellationToken.None);

        foreach (var key in keys)
            await database.TransactAsync(db => db.ExecuteAsync("INSERT INTO keys (text) VALUES (@key)", new { key }), CancellationToken.None);

        foreach (var key in keys)
        {
            Assert.Equal(1, await database.ReadAsync(
                db => db.ScalarAsync<long>("SELECT count(*) FROM keys WHERE text = @key", new { key }), CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_row_that_is_there_already_is_told_and_undoes_the_rest()
    {
        await database.TransactAsync(db => AddAsync(db, 1), CancellationToken.None);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => database.TransactAsync(async db =>
        {
            await AddAsync(db, 2);
            await AddAsync(db, 1);
        }, CancellationToken.None));

        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Neighbours_do_not_undo_each_other()
    {
        var work = Enumerable.Range(0, 200).Select(i => database.TransactAsync(async db =>
        {
            await AddAsync(db, i);
            if (i % 3 == 0)
                throw new InvalidTimeZoneException();
        }, CancellationToken.None)).ToArray();

        foreach (var (task, i) in work.Select((task, i) => (task, i)))
        {
            if (i % 3 == 0)
                await Assert.ThrowsAsync<InvalidTimeZoneException>(() => task);
            else
                await task;
        }
        Assert.Equal(133, await CountAsync());
    }

    [Fact]
    public async Task Who_has_left_before_the_start_has_done_nothing()
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.TransactAsync(db => AddAsync(db, 1), left.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => database.ReadAsync(db => db.ScalarAsync<long>("SELECT count(*) FROM notes"), left.Token));

        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Of_many_who_take_one_thing_one_gets_it()
    {
        await database.TransactAsync(db => AddAsync(db, 1), CancellationToken.None);

        var got = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => database.TransactAsync(
            db => db.ExecuteAsync("DELETE FROM notes WHERE id = 1"), CancellationToken.None))));

        Assert.Equal(1, got.Sum());
    }

    [Fact]
    public async Task Alone_means_alone()
    {
        var inside = 0;
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => database.TransactAloneAsync(async db =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await AddAsync(db, i);
            Interlocked.Decrement(ref inside);
            return 0;
        }, CancellationToken.None))));

        Assert.Equal(1, most);
        Assert.Equal(8, await CountAsync());
    }

    [Fact]
    public async Task What_was_closed_answers_no_more()
    {
        await database.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => database.TransactAsync(db => AddAsync(db, 1), CancellationToken.None));
        Assert.Equal(0, await store.CountAsync("notes"));
        database = Database.Open(store.ConnectionString);
    }

    private static Task<int> AddAsync(Db db, long id) =>
        db.ExecuteAsync("INSERT INTO notes (id, text) VALUES (@id, 'text')", new { id });

    private Task<long> CountAsync() =>
        database.ReadAsync(db => db.ScalarAsync<long>("SELECT count(*) FROM notes"), CancellationToken.None);
}
