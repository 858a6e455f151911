using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Gatehouse.Storage;

/// <summary>
/// Promises: a transaction whose task ends without an exception is on disk; one that throws has changed nothing.
/// Work given to it may run again after a deadlock, so it touches the database and nothing else: no network, no hashing.
/// </summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>"sqlite" or "postgresql": what metrics and messages call it. Never the connection string.</summary>
    public abstract string Kind { get; }

    /// <summary>Runs statements that only read, outside a transaction.</summary>
    public abstract Task<T> ReadAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>Runs the work in one transaction and commits durably.</summary>
    public abstract Task<T> TransactAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// Runs the work in one transaction that no other node runs at the same time: for migrations and first keys.
    /// </summary>
    public abstract Task<T> TransactAloneAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken);

    public Task TransactAsync(Func<Db, Task> work, CancellationToken cancellationToken) =>
        TransactAsync(async db => { await work(db); return true; }, cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>Opens the database that the connection string names; nothing is asked of it yet.</summary>
    public static Database Open(string connectionString) =>
        IsPostgres(connectionString) ? new PostgresDatabase(connectionString) : new SqliteDatabase(connectionString);

    public static bool IsPostgres(string connectionString) =>
        connectionString.TrimStart().StartsWith("Host=", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with a connection string, without repeating it; null when nothing is.</summary>
    public static string? FaultOf(string connectionString)
    {
        try
        {
            if (IsPostgres(connectionString))
                return new NpgsqlConnectionStringBuilder(connectionString).Host is { Length: > 0 } ? null : "names no host";
            var sqlite = new SqliteConnectionStringBuilder(connectionString);
            return sqlite.DataSource.Length > 0 && sqlite.DataSource != ":memory:" && sqlite.Mode != SqliteOpenMode.Memory
                ? null
                : "must name a file, like 'Data Source=data/gatehouse.db', or begin with 'Host=' for PostgreSQL";
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return "is neither a SQLite connection string ('Data Source=data/gatehouse.db') nor a PostgreSQL one ('Host=...')";
        }
    }

    /// <summary>What a broken store means for the caller: 503 for what may pass, the exception itself for a bug.</summary>
    protected static Exception Translate(DbException exception, bool unavailable) =>
        unavailable ? new StoreUnavailableException("The database is unavailable.", exception) : exception;
}
