using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace Gatehouse.Storage;

/// <summary>
/// Copies tables from one database to another, whichever kinds they are, and proves it: a digest over all rows that
/// doesn't depend on their order, because the databases sort text differently. Values are moved as they are: sealed
/// stays sealed, hashed stays hashed.
/// </summary>
internal static class TableCopy
{
    /// <summary>A statement's worth: its parameters stay below both databases' limits (32,766 and 65,535).</summary>
    private const int BatchRows = 200;

    // Alone, because that is given time: a large table is counted longer than a customer would wait.
    public static Task<long> CountAsync(Database database, Table table, CancellationToken cancellationToken) =>
        database.TransactAloneAsync(db => CountAsync(db, table), cancellationToken);

    public static Task<long> CountAsync(Db db, Table table) => db.ScalarAsync<long>($"SELECT count(*) FROM {table.Name}");

    /// <summary>Copies the rows that come after the first ones, by the source's order of keys.</summary>
    /// <param name="skip">How many of the first ones are there already.</param>
    /// <param name="mark">Told, in the transaction of each batch, how many rows there were before it and how many it has.</param>
    /// <param name="copied">Told the same number when they are there.</param>
    public static async Task CopyAsync(
        Database from, Database to, Table table, long skip, Func<Db, long, int, Task> mark, Action<int> copied,
        CancellationToken cancellationToken)
    {
        var there = skip;
        await foreach (var rows in PagesAsync(from, table, skip, cancellationToken))
        {
            var (sql, parameters) = InsertOf(table, rows);
            await to.TransactAsync(async db =>
            {
                await mark(db, there, rows.Count);
                await db.ExecuteAsync(sql, parameters);
            }, cancellationToken);
            there += rows.Count;
            copied(rows.Count);
        }
    }

    /// <summary>The number of rows and a digest of them all.</summary>
    public static async Task<TableDigest> DigestAsync(
        Database database, Table table, CancellationToken cancellationToken)
    {
        var (count, sum) = (0L, new byte[SHA256.HashSizeInBytes]);
        await foreach (var rows in PagesAsync(database, table, 0, cancellationToken))
        {
            foreach (var row in rows)
                Add(sum, DigestOf(row));
            count += rows.Count;
        }
        return new TableDigest(count, Convert.ToHexStringLower(sum));
    }

    private static async IAsyncEnumerable<IReadOnlyList<Row>> PagesAsync(
        Database database, Table table, long skip, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = string.Join(", ", table.Key);
        var after = string.Join(", ", table.Key.Select((_, at) => $"@k{at}"));
        var last = skip > 0 ? await AtAsync(database, table, skip - 1, cancellationToken) : null;
        if (skip > 0 && last is null)
            yield break; // there were more rows once; the comparison at the end will tell
        while (true)
        {
            var where = last is null ? "" : $"WHERE ({key}) > ({after})";
            var parameters = new DynamicParameters();
            for (var at = 0; last is not null && at < table.Key.Length; at++)
                parameters.Add($"k{at}", last[table.Key[at]]);
            // Every column there is, by name: the one statement that must follow the schema by itself.
            var sql = $"SELECT * FROM {table.Name} {where} ORDER BY {key} LIMIT {BatchRows}";
            var rows = await database.ReadAsync(db => db.ListAsync<object>(sql, parameters), cancellationToken);
            if (rows.Count == 0)
                yield break;
            var page = rows.Select(Row.Of).ToArray();
            yield return page;
            last = page[^1];
        }
    }

    /// <summary>One row by its place in the order of keys. Alone, because walking to a far one takes time.</summary>
    private static async Task<Row?> AtAsync(Database database, Table table, long place, CancellationToken cancellationToken)
    {
        var key = string.Join(", ", table.Key);
        var sql = $"SELECT {key} FROM {table.Name} ORDER BY {key} LIMIT 1 OFFSET @place";
        var rows = await database.TransactAloneAsync(db => db.ListAsync<object>(sql, new { place }), cancellationToken);
        return rows.Count > 0 ? Row.Of(rows[0]) : null;
    }

    /// <summary>The names of columns come from a database's own schema, values are parameters.</summary>
    private static (string Sql, DynamicParameters Parameters) InsertOf(Table table, IReadOnlyList<Row> rows)
    {
        var columns = rows[0].Columns;
        var parameters = new DynamicParameters();
        var values = new StringBuilder();
        for (var at = 0; at < rows.Count; at++)
        {
            values.Append(at == 0 ? "(" : ", (");
            for (var column = 0; column < columns.Count; column++)
            {
                var name = $"r{at}c{column}";
                values.Append(column == 0 ? "@" : ", @").Append(name);
                parameters.Add(name, rows[at][columns[column]]);
            }
            values.Append(')');
        }
        return ($"INSERT INTO {table.Name} ({string.Join(", ", columns)}) VALUES {values}", parameters);
    }

    /// <summary>SHA-256 over names and values in the order of names, each with its kind and length before it.</summary>
    private static byte[] DigestOf(Row row)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var column in row.Columns.Order(StringComparer.Ordinal))
        {
            Append(hash, 'c', Encoding.UTF8.GetBytes(column));
            switch (row[column])
            {
                case null: Append(hash, 'n', []); break;
                case string text: Append(hash, 't', Encoding.UTF8.GetBytes(text)); break;
                case byte[] bytes: Append(hash, 'b', bytes); break;
                case long number: Append(hash, 'i', Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))); break;
                case var other: throw new InvalidOperationException($"{column} holds a {other.GetType().Name}.");
            }
        }
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, char kind, ReadOnlySpan<byte> value)
    {
        Span<byte> head = stackalloc byte[5];
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], value.Length);
        hash.AppendData(head);
        hash.AppendData(value);
    }

    /// <summary>Modulo 2^256: addition has no order, and unlike XOR it counts a row that is there twice.</summary>
    private static void Add(Span<byte> sum, ReadOnlySpan<byte> digest)
    {
        var total = new BigInteger(sum, isUnsigned: true) + new BigInteger(digest, isUnsigned: true);
        var bytes = total.ToByteArray(isUnsigned: true);
        sum.Clear();
        bytes.AsSpan(0, Math.Min(bytes.Length, sum.Length)).CopyTo(sum);
    }

    private sealed class Row(IDictionary<string, object?> values)
    {
        public IReadOnlyList<string> Columns { get; } = [.. values.Keys];

        public object? this[string column] => values[column];

        public static Row Of(object row) => new((IDictionary<string, object?>)row);
    }
}

/// <param name="Sum">The same for the same rows, in whatever order and database.</param>
internal sealed record TableDigest(long Rows, string Sum);
