using Gatehouse.Tests.Support;
using Npgsql;

namespace Gatehouse.Tests.CommandLine;

/// <summary>A move that was killed or lost its database goes on where it was, and still proves that all has arrived.</summary>
public sealed class InterruptedMoveTests : IAsyncLifetime
{
    private const int Holds = 3_000;
    private const string Table = "username_holds";
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-move-").FullName;
    private readonly FakeClock clock = new();
    private Store sqlite = null!;
    private Store postgres = null!;

    public async Task InitializeAsync() => (sqlite, postgres) = (await MigratedAsync(StoreKind.Sqlite), await MigratedAsync(StoreKind.Postgres));

    public async Task DisposeAsync()
    {
        await sqlite.DisposeAsync();
        await postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Killed_within_a_table_on_its_way_to_postgres_it_goes_on_there()
    {
        await FillAsync(sqlite);
        await using (await HoldUpAsync($"INSERT INTO {Table} (username_key, email_key, expires_at) VALUES ('{Name(1_500)}', 'x', 1)"))
            await KillOnceAsync(sqlite, postgres, async () => await postgres.CountAsync(Table) == 1_400); // the eighth batch waits
        await GoneAsync();
        Assert.Equal(1_400, await postgres.CountAsync(Table));

        await AssertGoesOnAsync(sqlite, postgres, there: 1_400 + 2);
    }

    [Fact]
    public async Task Killed_between_tables_on_its_way_to_sqlite_it_goes_on_there()
    {
        await FillAsync(postgres);
        await using (await HoldUpAsync("LOCK TABLE invites IN ACCESS EXCLUSIVE MODE"))
            await KillOnceAsync(postgres, sqlite, async () => await sqlite.CountAsync(Table) == Holds);
        await GoneAsync();

        await AssertGoesOnAsync(postgres, sqlite, there: Holds + 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_its_connection_lost_it_says_so_and_goes_on_when_it_is_run_again(bool toPostgres)
    {
        var (from, to) = toPostgres ? (sqlite, postgres) : (postgres, sqlite);
        await FillAsync(from);
        var (proxy, connection) = postgres.ThroughProxy();
        await using var way = proxy;
        Task<Said> moving;
        await using (await HoldUpAsync(toPostgres
            ? $"INSERT INTO {Table} (username_key, email_key, expires_at) VALUES ('{Name(1_500)}', 'x', 1)"
            : "LOCK TABLE invites IN ACCESS EXCLUSIVE MODE"))
        {
            moving = toPostgres ? MoveAsync(from.ConnectionString, connection) : MoveAsync(connection, to.ConnectionString);
            await WaitAsync(async () => moving.IsCompleted || await to.CountAsync(Table) >= 1_400);
            proxy.Cut();
            Assert.Contains("it goes on where it was", (await moving).Ended(2).Error, StringComparison.Ordinal);
        }
        proxy.Pass();
        await GoneAsync();

        await AssertGoesOnAsync(from, to, there: await to.CountAsync(Table) + 2);
    }

    [Fact]
    public async Task Half_of_another_house_s_move_is_not_mixed_with_this_one_s()
    {
        await FillAsync(sqlite);
        await using var target = await MigratedAsync(StoreKind.Sqlite);
        await target.AskAsync("CREATE TRIGGER full BEFORE INSERT ON username_holds BEGIN SELECT RAISE(ABORT, 'full'); END");
        (await MoveAsync(sqlite.ConnectionString, target.ConnectionString)).Ended(2);
        await target.AskAsync("DROP TRIGGER full");
        Assert.Equal(2, await target.CountAsync("accounts"));

        var other = (await MoveAsync(postgres.ConnectionString, target.ConnectionString)).Ended(2);
        await target.AskAsync("UPDATE accounts SET id = id || 'x' WHERE email_key = 'c0'");
        var differs = (await MoveAsync(sqlite.ConnectionString, target.ConnectionString)).Ended(2);
        await target.AskAsync("DELETE FROM accounts WHERE email_key = 'c0'");
        var fewer = (await MoveAsync(sqlite.ConnectionString, target.ConnectionString)).Ended(2);
        await target.AskAsync("DELETE FROM accounts");
        await target.AskAsync("DELETE FROM username_holds");
        var anew = (await MoveAsync(sqlite.ConnectionString, target.ConnectionString)).Ended(0);

        Assert.Contains("half of a move from another database", other.Error, StringComparison.Ordinal);
        Assert.Contains("The table accounts differs", differs.Error, StringComparison.Ordinal);
        Assert.Contains("its table accounts has 1 rows, where 2 had been copied", fewer.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Going on", anew.Out, StringComparison.Ordinal);
    }

    private static string Name(int number) => $"n{number:D5}";

    private static async Task<Store> MigratedAsync(StoreKind kind)
    {
        var store = await Store.CreateAsync(kind);
        (await new Operator(store.ConnectionString, TimeProvider.System).RunAsync("migrate")).Ended(0);
        return store;
    }

    private static async Task FillAsync(Store store)
    {
        await store.AskAsync("INSERT INTO accounts (id, email, email_key, config, epoch, created_at) "
            + "VALUES ('a0', 'c0', 'c0', '{}', 0, 1), ('a1', 'c1', 'c1', '{}', 0, 1)");
        var holds = Enumerable.Range(0, Holds).Select(number => $"('{Name(number)}', 'x', {number})");
        await store.AskAsync($"INSERT INTO {Table} (username_key, email_key, expires_at) VALUES {string.Join(',', holds)}");
    }

    /// <summary>A transaction of somebody else's in PostgreSQL, which the move has to wait for.</summary>
    private async Task<IAsyncDisposable> HoldUpAsync(string statement)
    {
        var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
        return connection; // closing it rolls back
    }

    /// <summary>It can't come further than the condition, so it is killed there or has given up there by itself.</summary>
    private async Task KillOnceAsync(Store from, Store to, Func<Task<bool>> condition)
    {
        await using var move = ServerProcess.StartVerb(folder, 1, "Development",
            "move", "--from", from.ConnectionString, "--to", to.ConnectionString, "--yes");
        await WaitAsync(condition);
        await move.KillAsync();
    }

    /// <summary>What a killed client had asked for is rolled back by the server when it notices.</summary>
    private Task GoneAsync() => WaitAsync(async () => await postgres.CountAsync(
        "pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse' AND state <> 'idle'") == 0);

    private async Task AssertGoesOnAsync(Store from, Store to, long there)
    {
        var said = (await MoveAsync(from.ConnectionString, to.ConnectionString)).Ended(0);

        Assert.Equal($"Going on where the last move was interrupted: {there} rows are there already.", said.Lines[0]);
        Assert.Contains($"{Table}: {Holds} rows, the same on both sides", said.Lines, StringComparer.Ordinal);
        Assert.Contains("accounts: 2 rows, the same on both sides", said.Lines, StringComparer.Ordinal);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => to.CountAsync("move_marks"));
        Assert.Contains("not empty", (await MoveAsync(from.ConnectionString, to.ConnectionString)).Ended(2).Error, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => to.CountAsync("move_marks"));
    }

    private Task<Said> MoveAsync(string from, string to) => Operator.RunAsync(clock, null, "move", "--from", from, "--to", to, "--yes");

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
