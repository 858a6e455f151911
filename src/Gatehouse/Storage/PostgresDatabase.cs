using System.Data;
using System.Data.Common;
using Npgsql;

namespace Gatehouse.Storage;

/// <summary>PostgreSQL 15 or later, read committed: rules stand in the WHERE clauses and the unique indexes.</summary>
internal sealed class PostgresDatabase : Database
{
    private const int TimeoutSeconds = 2; // a customer waits for no dependency longer than this, unless the operator says so
    private const int MostTries = 4; // of what the server rolled back: a deadlock, a connection that was reset
    private const int LongRunningSeconds = 600;
    private const long MigrationLock = 0x6761746568; // "gateh": any number, as long as every node uses the same
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5); // a listener whose server is gone must notice
    private static readonly TimeSpan PoolClearing = TimeSpan.FromMilliseconds(25);
    private readonly Breaker breaker = new();
    private readonly NpgsqlDataSource source;
    private readonly NpgsqlDataSource patientSource;
    private readonly TimeSpan patience;

    public PostgresDatabase(string connectionString)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var seconds = Names(given, "CommandTimeout") ? given.CommandTimeout : TimeoutSeconds;
        patience = TimeSpan.FromSeconds(seconds + 1); // the driver's own limit first
        source = Build(given, TimeoutSeconds, seconds);
        patientSource = Build(given, connectSeconds: 15, LongRunningSeconds); // a migration may rewrite a table
    }

    public override string Kind => "postgresql";

    public override Task<T> ReadAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken) =>
        breaker.RunAsync(() => ReadInTimeAsync(work, cancellationToken));

    public override Task<T> TransactAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken) =>
        breaker.RunAsync(() => TransactInTimeAsync(work, cancellationToken));

    public override Task<T> TransactLooselyAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken) =>
        TransactAsync(async db =>
        {
            await db.ExecuteAsync("SET LOCAL synchronous_commit = off");
            return await work(db);
        }, cancellationToken);

    public override async Task<T> TransactAloneAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await TransactOnceAsync(patientSource, async db =>
            {
                await db.ExecuteAsync("SELECT pg_advisory_xact_lock(@MigrationLock)", new { MigrationLock });
                return await work(db);
            }, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw Translate(exception, IsUnavailable(exception));
        }
    }

    public override Task<DatabaseFacts> DescribeAsync(CancellationToken cancellationToken) => ReadAsync(async db =>
    {
        var version = await db.ScalarAsync<string>("SHOW server_version");
        // The one place that asks for its time: to compare it with ours.
        var now = await db.ScalarAsync<long>("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)");
        return new DatabaseFacts(version!, now, null);
    }, cancellationToken);

    public override async Task ListenAsync(string channel, Action heard, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            connection.Notification += (_, _) => heard();
            var db = new Db(connection, null, isShared: true, cancellationToken);
            await db.ExecuteAsync("LISTEN " + new NpgsqlCommandBuilder().QuoteIdentifier(channel));
            heard(); // what was said before
            while (true)
            {
                if (!await connection.WaitAsync(AskEvery, cancellationToken))
                    await db.ScalarAsync<long>("SELECT 1"); // silence: is anybody there?
            }
        }
        catch (NpgsqlException exception)
        {
            throw Translate(exception, IsUnavailable(exception));
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await patientSource.DisposeAsync();
    }

    private async Task<T> ReadInTimeAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await InTimeAsync(token => ReadOnceAsync(work, token), cancellationToken);
            }
            catch (NpgsqlException exception) when (attempt < MostTries && HasLostItsConnection(exception))
            {
                await DropPoolAsync(attempt, cancellationToken);
            }
            catch (NpgsqlException exception)
            {
                throw Translate(exception, IsUnavailable(exception));
            }
        }
    }

    private async Task<T> TransactInTimeAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await InTimeAsync(token => TransactOnceAsync(source, work, token), cancellationToken);
            }
            catch (PostgresException exception) when (attempt < MostTries && LostARace(exception))
            {
                // Rolled back whole by the server: the other one has won, and now the work sees what it did.
            }
            catch (NpgsqlException exception) when (attempt < MostTries && HasLostItsConnection(exception))
            {
                await DropPoolAsync(attempt, cancellationToken); // rolled back too: the commit was not sent
            }
            catch (NpgsqlException exception)
            {
                throw Translate(exception, IsUnavailable(exception));
            }
        }
    }

    /// <summary>
    /// The driver asks a silent server to cancel, and waits for that too, three times its limit in all. Here it is given
    /// up before: whatever it still does fails at its next statement, so it never comes to its commit.
    /// </summary>
    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> run, CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = run(limit.Token);
        var givenUp = false;
        try
        {
            return await running.WaitAsync(patience, CancellationToken.None);
        }
        catch (TimeoutException exception) when (!running.IsCompleted)
        {
            givenUp = true;
            _ = limit.CancelAsync(); // not awaited: it is what takes so long
            throw new StoreUnavailableException("The database doesn't answer.", exception);
        }
        finally
        {
            if (!givenUp)
                limit.Dispose();
        }
    }

    /// <summary>
    /// The server was restarted: the other connections that wait in the pool are of no more use. Where several requests
    /// find that out at once one of them clears it, and the others give it the time.
    /// </summary>
    private Task DropPoolAsync(int attempt, CancellationToken cancellationToken)
    {
        source.Clear();
        return Task.Delay(attempt * PoolClearing, cancellationToken);
    }

    private async Task<T> ReadOnceAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await work(new Db(connection, null, isShared: true, cancellationToken));
    }

    private static async Task<T> TransactOnceAsync<T>(
        NpgsqlDataSource source, Func<Db, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction =
            await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var db = new Db(connection, transaction, isShared: true, cancellationToken);
        var result = await work(db);
        await db.FinishAsync();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Once the commit is sent its outcome counts, not the caller's patience.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (NpgsqlException exception) when (HasLostItsConnection(exception))
        {
            throw new StoreUnavailableException("The database went away while it committed.", exception); // not tried again: it may have
        }
        return result;
    }

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder given, int connectSeconds, int commandSeconds)
    {
        var settings = new NpgsqlConnectionStringBuilder(given.ConnectionString)
        {
            ApplicationName = given.ApplicationName ?? "gatehouse",
            CommandTimeout = commandSeconds,
            CancellationTimeout = -1, // a server that is silent doesn't hear that it should stop either
            IncludeErrorDetail = false, // details hold values of rows; they must not reach a log
        };
        // A node that freezes inside a transaction must not hold its locks, one of which all nodes want (SessionChanges).
        if (!Names(given, "Options") && commandSeconds < LongRunningSeconds)
            settings.Options = $"-c idle_in_transaction_session_timeout={commandSeconds * 2}s";
        if (!Names(given, "Timeout"))
            settings.Timeout = connectSeconds;
        if (!Names(given, "MaxAutoPrepare"))
            settings.MaxAutoPrepare = 64; // more than we have statements on hot paths
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>Npgsql's own ContainsKey is true for every keyword there is, given or not.</summary>
    private static bool Names(NpgsqlConnectionStringBuilder given, string keyword) =>
        new DbConnectionStringBuilder { ConnectionString = given.ConnectionString }.Keys!.Cast<string>().Any(key =>
            key.Replace(" ", "", StringComparison.Ordinal).Equals(keyword, StringComparison.OrdinalIgnoreCase));

    private static bool LostARace(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.UniqueViolation // the retry finds the winner's row and refuses by its own rule
            or PostgresErrorCodes.ForeignKeyViolation; // the retry finds gone what it referred to

    /// <summary>A connection that was reset, or ended by a server that goes down; not one that is silent.</summary>
    private static bool HasLostItsConnection(NpgsqlException exception) => exception is PostgresException answered
        ? answered.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
        : exception.InnerException is IOException or System.Net.Sockets.SocketException;

    private static bool IsUnavailable(NpgsqlException exception) => exception is PostgresException answered
        ? answered.IsTransient || answered.SqlState[..2] is "08" or "53" or "57" or "58" or "28" or "25" or "3D"
        : true; // no answer at all: refused, reset, timed out, pool exhausted
}
