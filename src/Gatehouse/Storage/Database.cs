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

    /// <summary>Whether it can name a database at all; whether that is there only opening tells.</summary>
    public static bool IsWellFormed(string connectionString)
    {
        try
        {
            return IsPostgres(connectionString)
                ? new NpgsqlConnectionStringBuilder(connectionString).Host is { Length: > 0 }
                : new SqliteConnectionStringBuilder(connectionString).DataSource.Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public static bool IsPostgres(string connectionString) =>
        connectionString.TrimStart().StartsWith("Host=", StringComparison.OrdinalIgnoreCase);

    /// <summary>What a broken store means for the caller: 503 for what may pass, the exception itself for a bug.</summary>
    protected static Exception Translate(DbException exception, bool unavailable) =>
        unavailable ? new StoreUnavailableException("The database is unavailable.", exception) : exception;
}
