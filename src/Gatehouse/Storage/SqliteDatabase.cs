using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

/// <summary>
/// The embedded default. WAL with <c>synchronous=FULL</c>: a commit is on disk before it is answered (GH-SEC-307).
/// One thread writes (<see cref="SqliteWriter"/>), so no writer ever waits for another's lock; readers never wait.
/// </summary>
internal sealed class SqliteDatabase : Database
{
    private const int BusySeconds = 2; // another process (the command line) may be writing
    private static readonly string BusyTimeout = $"PRAGMA busy_timeout={BusySeconds * 1000};";
    private readonly string readString;
    private readonly ConcurrentBag<SqliteConnection> idleReaders = [];
    private readonly SqliteWriter writer;

    public SqliteDatabase(string connectionString)
    {
        SystemSqlite.Bind();
        var settings = new SqliteConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            DefaultTimeout = BusySeconds, // the driver tries again for as long as this, by default for 30 s
        };
        if (Path.GetDirectoryName(Path.GetFullPath(settings.DataSource)) is { } folder)
            Directory.CreateDirectory(folder);
        readString = settings.ConnectionString;
        writer = new SqliteWriter(() => OpenConnection(
            BusyTimeout + "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"));
    }

    public override string Kind => "sqlite";

    public override async Task<T> ReadAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = idleReaders.TryTake(out var idle) ? idle : null;
        try
        {
            connection ??= OpenConnection(BusyTimeout + "PRAGMA query_only=ON;");
            var result = await work(new Db(connection, null, isShared: false, cancellationToken));
            idleReaders.Add(connection);
            return result;
        }
        catch (SqliteException exception)
        {
            connection?.Dispose();
            throw Translate(exception, IsUnavailable(exception));
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    public override async Task<T> TransactAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await writer.RunAsync(work, cancellationToken);
        }
        catch (SqliteException exception)
        {
            throw Translate(exception, IsUnavailable(exception));
        }
    }

    public override Task<T> TransactAloneAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken) =>
        TransactAsync(work, cancellationToken); // SQLite has one writer at a time, over all processes

    public override Task<DatabaseFacts> DescribeAsync(CancellationToken cancellationToken) => ReadAsync(async db =>
    {
        var version = await db.ScalarAsync<string>("SELECT sqlite_version()");
        var journal = await db.ScalarAsync<string>("PRAGMA journal_mode");
        return new DatabaseFacts(version!, null, journal);
    }, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        while (idleReaders.TryTake(out var reader))
            await reader.DisposeAsync();
    }

    private SqliteConnection OpenConnection(string pragmas)
    {
        var connection = new SqliteConnection(readString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this file
            command.CommandText = pragmas;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // Primary result codes of sqlite3.h that say "not now", not "wrong statement".
    private static bool IsUnavailable(SqliteException exception) => exception.SqliteErrorCode is
        5 or 6      // BUSY, LOCKED
        or 7        // NOMEM
        or 8        // READONLY
        or 10       // IOERR
        or 11       // CORRUPT
        or 13       // FULL
        or 14       // CANTOPEN
        or 26;      // NOTADB
}
