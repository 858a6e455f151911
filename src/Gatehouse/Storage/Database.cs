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
    /// Runs the work in one transaction whose commit may be forgotten if the database crashes within the next second: for
    /// what is worth no wait for a disk.
    /// </summary>
    public virtual Task<T> TransactLooselyAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken) =>
        TransactAsync(work, cancellationToken);

    /// <summary>
    /// Runs the work in one transaction that no other node runs at the same time: for migrations and first keys.
    /// </summary>
    public abstract Task<T> TransactAloneAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>What an operator asks of the database itself.</summary>
    public abstract Task<DatabaseFacts> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Calls <paramref name="heard"/> when word comes on the channel (<see cref="Db.NotifyAsync"/>), and once when it
    /// begins to listen. Returns at once where the database carries no word; else it ends with its connection.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The connection is gone; word may have been missed.</exception>
    public virtual Task ListenAsync(string channel, Action heard, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task TransactAsync(Func<Db, Task> work, CancellationToken cancellationToken) =>
        TransactAsync(async db => { await work(db); return true; }, cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>Opens the database that the connection string names; nothing is asked of it yet.</summary>
    public static Database Open(string connectionString) =>
        IsPostgres(connectionString) ? new PostgresDatabase(connectionString) : new SqliteDatabase(connectionString);

    public static bool IsPostgres(string connectionString) =>
        connectionString.TrimStart().StartsWith("Host=", StringComparison.OrdinalIgnoreCase);

    /// <summary>The file of a SQLite database, absolute; null for PostgreSQL.</summary>
    public static string? FileOf(string connectionString) => IsPostgres(connectionString)
        ? null
        : Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);

    /// <summary>
    /// Whether what crosses a network on the way to the database can be read or forged by somebody on the way. A server on
    /// this machine needs no TLS; any other needs a certificate that names it (GH-SEC-229).
    /// </summary>
    public static bool IsExposed(string connectionString)
    {
        if (!IsPostgres(connectionString))
            return false;
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return settings.SslMode != SslMode.VerifyFull && settings.Host!.Split(',').Any(host => !IsThisMachine(host));
    }

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

    private static bool IsThisMachine(string host)
    {
        var name = host.Trim();
        if (name.StartsWith('/') || name.StartsWith('@')) // a local socket
            return true;
        var plain = name.StartsWith('[') ? name[1..].Split(']')[0] : name.Count(c => c == ':') == 1 ? name.Split(':')[0] : name;
        return plain.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (System.Net.IPAddress.TryParse(plain, out var address) && System.Net.IPAddress.IsLoopback(address));
    }
}

/// <param name="Now">The database's own clock; null where it is this machine's.</param>
/// <param name="Journal">How commits are kept, where that can be got wrong; else null.</param>
internal sealed record DatabaseFacts(string Version, long? Now, string? Journal)
{
    private static readonly TimeSpan MostDrift = TimeSpan.FromSeconds(5); // what expires goes by the nodes' clocks

    /// <summary>How far the database's clock is from this one; null where that is no matter.</summary>
    public TimeSpan? DriftFrom(TimeProvider clock) =>
        Now is { } theirs && UnixMicros.ToSpan(Math.Abs(theirs - clock.NowMicros())) is var drift && drift > MostDrift
            ? drift
            : null;
}
