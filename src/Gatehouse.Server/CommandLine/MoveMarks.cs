using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>
/// How far a move has come, in a table of the target that is there while it lasts. Promises: a table's mark is written in the
/// transaction of the rows that it counts, so it is true wherever the move was interrupted; a target that holds anything but
/// the beginning of the same move is refused.
/// </summary>
internal static class MoveMarks
{
    private const string Create =
        "CREATE TABLE IF NOT EXISTS move_marks (name text PRIMARY KEY, source text NOT NULL, copied bigint NOT NULL)";

    private const string Drop = "DROP TABLE move_marks";

    private const string List = "SELECT name AS Name, source AS Source, copied AS Copied FROM move_marks";

    private const string Clear = "DELETE FROM move_marks";

    private const string Insert = "INSERT INTO move_marks (name, source, copied) VALUES (@name, @source, 0)";

    private const string Advance = "UPDATE move_marks SET copied = @copied + @rows WHERE name = @name AND copied = @copied";

    /// <summary>How many rows of each table have been copied already; none when the move begins now.</summary>
    /// <exception cref="RefusedException">The target holds something else; nothing was changed.</exception>
    public static async Task<IReadOnlyDictionary<string, long>> BeginAsync(
        Database from, Database to, CancellationToken cancellationToken)
    {
        var source = await IdentifyAsync(from, cancellationToken);
        return await to.TransactAloneAsync(async db =>
        {
            var there = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var table in Tables.All)
                there[table.Name] = await TableCopy.CountAsync(db, table);
            await db.ExecuteAsync(Create);
            var marks = (await db.ListAsync<Mark>(List)).ToDictionary(mark => mark.Name, StringComparer.Ordinal);
            if (there.Values.Sum() == 0)
                await BeginAnewAsync(db, source);
            else
                RequireBeginning(there, marks, source);
            return (IReadOnlyDictionary<string, long>)there;
        }, cancellationToken);
    }

    /// <summary>Counts rows that this transaction adds to a table of the target.</summary>
    /// <param name="copied">How many there were before.</param>
    public static async Task AdvanceAsync(Db db, Table table, long copied, int rows)
    {
        if (await db.ExecuteAsync(Advance, new { name = table.Name, copied, rows }) != 1)
            throw new RefusedException("Another move into --to is at work. This one has stopped.");
    }

    public static Task EndAsync(Database to, CancellationToken cancellationToken) =>
        to.TransactAloneAsync(db => db.ExecuteAsync(Drop), cancellationToken);

    private static async Task BeginAnewAsync(Db db, string source)
    {
        await db.ExecuteAsync(Clear);
        foreach (var table in Tables.All)
            await db.ExecuteAsync(Insert, new { name = table.Name, source });
    }

    private static void RequireBeginning(Dictionary<string, long> there, Dictionary<string, Mark> marks, string source)
    {
        if (marks.Count == 0)
        {
            var name = there.First(table => table.Value > 0).Key;
            throw new RefusedException($"--to is not empty: its table {name} has rows. Nothing was copied.");
        }
        foreach (var (name, rows) in there)
        {
            if (!marks.TryGetValue(name, out var mark) || mark.Source != source)
                throw new RefusedException("--to holds half of a move from another database than --from. Empty it and move again.");
            if (mark.Copied != rows)
            {
                throw new RefusedException(
                    $"--to was changed since the move was interrupted: its table {name} has {rows} rows, where {mark.Copied} had "
                    + "been copied. Empty it and move again.");
            }
        }
    }

    /// <summary>When its schema was made, to the microsecond, and the names of its keys: no two houses share them.</summary>
    private static async Task<string> IdentifyAsync(Database database, CancellationToken cancellationToken)
    {
        var traits = await database.ReadAsync(async db => (IEnumerable<string>)
        [
            .. (await db.ListAsync<long>("SELECT applied_at FROM schema_migrations"))
                .Select(at => at.ToString(CultureInfo.InvariantCulture)),
            .. await db.ListAsync<string>("SELECT kid FROM signing_keys"),
        ], cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(
            Encoding.UTF8.GetBytes(string.Join('\n', traits.Order(StringComparer.Ordinal)))));
    }

    private sealed record Mark(string Name, string Source, long Copied);
}
