using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Sessions;

/// <summary>
/// Secrets that lie sealed in the database and are kept whatever master key comes: at a rotation they are sealed anew under the first.
/// Signing keys and cookie keys have rules of their own.
/// </summary>
internal static class SealedColumns
{
    private const int BatchRows = 200; // short transactions: a rotation never makes a login wait

    /// <param name="Purpose">What the row's key is appended to, to make the purpose that the value is sealed for.</param>
    private sealed record SealedColumn(string Table, string Key, string Column, string Purpose);

    private static readonly SealedColumn[] All =
    [
        new("jlinx_keys", "name", "seed", "jlinx key "),
        new("jlinx_pairs", "id", "secrets", "jlinx pair "),
    ];

    /// <summary>How many an older master key had sealed, and the first one has now.</summary>
    public static async Task<int> ResealAsync(Database database, SecretBox box, CancellationToken cancellationToken)
    {
        var resealed = 0;
        foreach (var column in All)
        {
            for (string? last = ""; last is not null;)
            {
                var after = last;
                (var count, last) = await database.TransactAsync(
                    db => ResealBatchAsync(db, box, column, after), cancellationToken);
                resealed += count;
            }
        }
        return resealed;
    }

    /// <summary>How many it was, and the last key that it looked at; null at the end.</summary>
    private static async Task<(int Count, string? Last)> ResealBatchAsync(Db db, SecretBox box, SealedColumn column, string after)
    {
        // The names are those above.
        var rows = await db.ListAsync<Row>(
            $"SELECT {column.Key} AS Key, {column.Column} AS Value FROM {column.Table} WHERE {column.Key} > @after ORDER BY {column.Key} LIMIT @most",
            new { after, most = BatchRows });
        var count = 0;
        foreach (var row in rows.Where(row => row.Value.Length > 0 && !box.IsSealedByFirst(row.Value)))
        {
            var purpose = column.Purpose + row.Key;
            if (box.Open(purpose, row.Value) is not { } opened)
                continue;
            count += await db.ExecuteAsync(
                $"UPDATE {column.Table} SET {column.Column} = @value WHERE {column.Key} = @key AND {column.Column} = @before",
                new { key = row.Key, before = row.Value, value = box.Seal(purpose, opened) });
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(opened);
        }
        return (count, rows.Count < BatchRows ? null : rows[^1].Key);
    }

    private sealed class Row
    {
        public required string Key { get; init; }

        public required byte[] Value { get; init; }
    }
}
