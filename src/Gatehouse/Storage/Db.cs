using System.Data.Common;
using Dapper;

namespace Gatehouse.Storage;

/// <summary>
/// One unit of work with the database: what a store's statements run on. It lives as long as the delegate that got it
/// from <see cref="Database"/>. SQL is in the common subset of SQLite and PostgreSQL; columns are named, values are
/// parameters.
/// </summary>
/// <param name="isShared">Whether it is a server's (PostgreSQL), which others write to at the same time.</param>
internal sealed class Db(
    DbConnection connection, DbTransaction? transaction, bool isShared, CancellationToken cancellationToken)
{
    private List<Func<Task>>? last;
    private volatile bool ended;

    /// <summary>The first row, or null when there is none. In a store, zero rows is the refusal.</summary>
    public Task<T?> FirstOrNullAsync<T>(string sql, object? parameters = null) where T : class =>
        connection.QueryFirstOrDefaultAsync<T>(Command(sql, parameters));

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, object? parameters = null) =>
        (await connection.QueryAsync<T>(Command(sql, parameters))).AsList();

    /// <summary>The first column of the first row, or <c>default</c>.</summary>
    public Task<T?> ScalarAsync<T>(string sql, object? parameters = null) =>
        connection.ExecuteScalarAsync<T>(Command(sql, parameters));

    /// <summary>The number of rows that the statement changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>Says to whoever listens on the channel, once this is committed, that there is news.</summary>
    public Task NotifyAsync(string channel) =>
        isShared ? ExecuteAsync("SELECT pg_notify(@channel, '')", new { channel }) : Task.CompletedTask;

    /// <summary>
    /// Until this is committed nobody else gets past the same name: for what has no row to lock. SQLite lets one write at a
    /// time anyway.
    /// </summary>
    public Task LockAsync(string name) =>
        isShared ? ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))", new { name }) : Task.CompletedTask;

    /// <summary>
    /// Puts work at the transaction's end: for a lock that everybody wants, to be held for as short as can be and never
    /// while waiting for another.
    /// </summary>
    public void BeforeCommit(Func<Task> work) => (last ??= []).Add(work);

    /// <summary>Does what was put at the end; the database calls it right before it commits.</summary>
    public async Task FinishAsync()
    {
        foreach (var work in last ?? [])
            await work();
    }

    /// <summary>From here on the connection is somebody else's; who kept this must not write into their transaction.</summary>
    public void End() => ended = true;

    private CommandDefinition Command(string sql, object? parameters) => ended
        ? throw new InvalidOperationException("This unit of work has ended.")
        : new(sql, parameters, transaction, cancellationToken: cancellationToken);
}
