using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Dapper;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx.Documents;

/// <summary>
/// Cores in the database. Promises: a commit is one durable transaction, and of two processes that append to one core
/// one is refused, because the length and the signature that it goes on from are part of the WHERE clause: also where the
/// database was set back and has grown again. Must never change or delete a block or a node: somebody has its signature.
/// </summary>
internal sealed class SqlCoreStore(Database database, TimeProvider clock) : ICoreStore
{
    private const string SelectBytes = "SELECT COALESCE(sum(length(value)), 0) FROM core_blocks WHERE core_key = @key";

    private const string SelectChanged = """
        SELECT core_key AS Key, length AS Length, changed_at AS ChangedAt FROM cores WHERE changed_at > @since ORDER BY changed_at LIMIT @most
        """;

    /// <summary>
    /// A statement's worth: enough to save ways to PostgreSQL; SQLite looks for each parameter among all.
    /// </summary>
    private const int BatchRows = 32;

    private const string SelectHead = """
        SELECT length AS Length, signature AS Signature, manifest AS Manifest, frozen AS Frozen
        FROM cores WHERE core_key = @key
        """;

    // Numbers in a row have the same distance from their place in the row.
    private const string SelectHeld = """
        SELECT min(idx) AS Start, count(*) AS Length
        FROM (SELECT idx, idx - row_number() OVER (ORDER BY idx) AS island FROM core_blocks WHERE core_key = @key) AS held
        GROUP BY island ORDER BY min(idx)
        """;

    private const string SelectBlock = "SELECT value AS Value FROM core_blocks WHERE core_key = @key AND idx = @index";

    private const string SelectEvidence =
        "SELECT ours AS Ours, theirs AS Theirs, found_at AS FoundAt FROM core_evidence WHERE core_key = @key";

    private const string UpdateHead = """
        UPDATE cores SET length = @Length, signature = @Signature, manifest = @Manifest, frozen = @Frozen, changed_at = @Now
        WHERE core_key = @key AND length = @ExpectedLength AND signature = @ExpectedSignature AND frozen = 0
        """;

    private const string InsertHead = """
        INSERT INTO cores (core_key, length, signature, manifest, frozen, changed_at)
        VALUES (@key, @Length, @Signature, @Manifest, @Frozen, @Now) ON CONFLICT (core_key) DO NOTHING
        """;

    private const string InsertEvidence = """
        INSERT INTO core_evidence (core_key, ours, theirs, found_at) VALUES (@key, @Ours, @Theirs, @FoundAt)
        """;

    /// <summary>
    /// What else is to be written in the transaction of the next commit, after it. Throwing undoes both. For who
    /// appends to the core in one place at a time.
    /// </summary>
    public Func<Db, CoreCommit, Task>? Enlisted { get; set; }

    /// <summary>
    /// Which cores were written after a time, by any node; some may be told twice, and a node's clock may be off.
    /// </summary>
    public static Task<IReadOnlyList<CoreChangeRow>> ListChangedAsync(Db db, long since, int most) =>
        db.ListAsync<CoreChangeRow>(SelectChanged, new { since, most });

    /// <summary>How much of a core is held.</summary>
    public static Task<long> CountBytesAsync(Db db, CoreKey key) =>
        db.ScalarAsync<long>(SelectBytes, new { key = key.Bytes.ToArray() });

    public async ValueTask<CoreHead?> ReadHeadAsync(CoreKey key, CancellationToken cancellationToken)
    {
        var row = await FirstAsync<HeadRow>(SelectHead, new { key = key.Bytes.ToArray() }, cancellationToken);
        return row is null ? null : new CoreHead((ulong)row.Length, row.Signature, row.Manifest, row.Frozen != 0);
    }

    public async ValueTask<IReadOnlyList<BlockRange>> ReadHeldAsync(CoreKey key, CancellationToken cancellationToken)
    {
        var rows = await ListAsync<RangeRow>(SelectHeld, new { key = key.Bytes.ToArray() }, cancellationToken);
        return [.. rows.Select(row => new BlockRange((ulong)row.Start, (ulong)row.Length))];
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadBlockAsync(
        CoreKey key, ulong index, CancellationToken cancellationToken)
    {
        var parameters = new { key = key.Bytes.ToArray(), index = (long)index };
        var row = await FirstAsync<BlockRow>(SelectBlock, parameters, cancellationToken);
        return row is null ? default(ReadOnlyMemory<byte>?) : row.Value;
    }

    public async ValueTask ReadNodesAsync(
        CoreKey key, ReadOnlyMemory<ulong> indexes, Memory<TreeNode?> nodes, CancellationToken cancellationToken)
    {
        if (indexes.IsEmpty)
            return; // IN () is no SQL
        var parameters = new DynamicParameters(new { key = key.Bytes.ToArray() });
        var names = new StringBuilder();
        for (var i = 0; i < indexes.Length; i++)
        {
            names.Append(i == 0 ? "@" : ", @").Append(NameOf('i', i));
            parameters.Add(NameOf('i', i), (long)indexes.Span[i]);
        }
        var sql = "SELECT idx AS Idx, size AS Size, hash AS Hash FROM core_nodes "
            + $"WHERE core_key = @key AND idx IN ({names})"; // names made above
        var rows = await ListAsync<NodeRow>(sql, parameters, cancellationToken);
        var found = rows.ToDictionary(row => (ulong)row.Idx);
        for (var i = 0; i < indexes.Length; i++)
        {
            nodes.Span[i] = found.TryGetValue(indexes.Span[i], out var row)
                ? new TreeNode((ulong)row.Idx, (ulong)row.Size, new Bytes32(row.Hash))
                : null;
        }
    }

    public async ValueTask<bool> CommitAsync(CoreKey key, CoreCommit commit, CancellationToken cancellationToken) =>
        await database.TransactAsync(async db =>
        {
            if (!await CommitAsync(db, key, commit, clock.NowMicros()))
                return false;
            if (Enlisted is { } enlisted)
                await enlisted(db, commit);
            return true;
        }, cancellationToken);

    /// <summary>The same in the caller's transaction.</summary>
    public static async Task<bool> CommitAsync(Db db, CoreKey key, CoreCommit commit, long now)
    {
        var core = key.Bytes.ToArray();
        if (!await TryMoveHeadAsync(db, core, commit, now)) // first, because it locks the row
            return false;
        await InsertBlocksAsync(db, core, [.. commit.Blocks.Where(commit.IsNew)], areNew: true);
        await InsertBlocksAsync(db, core, [.. commit.Blocks.Where(block => !commit.IsNew(block))], areNew: false);
        await InsertNodesAsync(db, core, Select(commit.Nodes, commit.IsNew), areNew: true);
        await InsertNodesAsync(db, core, Select(commit.Nodes, node => !commit.IsNew(node)), areNew: false);
        if (commit.Evidence is { } evidence)
        {
            await db.ExecuteAsync(InsertEvidence, new
            {
                key = core,
                Ours = evidence.Ours.ToArray(),
                Theirs = evidence.Theirs.ToArray(),
                FoundAt = UnixMicros.Of(evidence.FoundAt),
            });
        }
        return true;
    }

    public async ValueTask<Evidence?> ReadEvidenceAsync(CoreKey key, CancellationToken cancellationToken)
    {
        var row = await FirstAsync<EvidenceRow>(SelectEvidence, new { key = key.Bytes.ToArray() }, cancellationToken);
        return row is null ? null : new Evidence(row.Ours, row.Theirs, UnixMicros.ToTime(row.FoundAt));
    }

    private static async Task<bool> TryMoveHeadAsync(Db db, byte[] key, CoreCommit commit, long now)
    {
        var parameters = new
        {
            key,
            Length = (long)commit.Head.Length,
            Signature = commit.Head.Signature.ToArray(),
            Manifest = commit.Head.Manifest.ToArray(),
            Frozen = commit.Head.IsFrozen ? 1L : 0L,
            ExpectedLength = (long)commit.ExpectedLength,
            ExpectedSignature = commit.ExpectedSignature.ToArray(),
            Now = now,
        };
        if (await db.ExecuteAsync(UpdateHead, parameters) == 1)
            return true;
        return commit.ExpectedLength == 0 && await db.ExecuteAsync(InsertHead, parameters) == 1;
    }

    private static async Task InsertBlocksAsync(Db db, byte[] key, StoredBlock[] blocks, bool areNew)
    {
        foreach (var batch in blocks.Chunk(BatchRows))
        {
            var parameters = new DynamicParameters(new { key });
            for (var i = 0; i < batch.Length; i++)
            {
                parameters.Add(NameOf('i', i), (long)batch[i].Index);
                parameters.Add(NameOf('v', i), batch[i].Value.ToArray());
            }
            var inserted = await db.ExecuteAsync(Insert("core_blocks", "value", batch.Length, "iv"), parameters);
            RefuseRemains(areNew, batch.Length, inserted);
        }
    }

    private static async Task InsertNodesAsync(Db db, byte[] key, TreeNode[] nodes, bool areNew)
    {
        foreach (var batch in nodes.Chunk(BatchRows))
        {
            var parameters = new DynamicParameters(new { key });
            for (var i = 0; i < batch.Length; i++)
            {
                parameters.Add(NameOf('i', i), (long)batch[i].Index);
                parameters.Add(NameOf('s', i), (long)batch[i].Size);
                parameters.Add(NameOf('h', i), batch[i].Hash.ToArray());
            }
            var inserted = await db.ExecuteAsync(Insert("core_nodes", "size, hash", batch.Length, "ish"), parameters);
            RefuseRemains(areNew, batch.Length, inserted);
        }
    }

    private static TreeNode[] Select(ReadOnlyMemory<TreeNode> nodes, Func<TreeNode, bool> isMeant) =>
        [.. MemoryMarshal.ToEnumerable(nodes).Where(isMeant)];

    /// <summary>
    /// Below the length that was signed before, what is held already is the same, or the tree would not have been
    /// proven, so it may stay. A row beyond it is of who knows which history: fewer rows than were new end the
    /// transaction. Counted, and not left to the key's violation, which the database takes for a lost race.
    /// </summary>
    private static void RefuseRemains(bool areNew, int given, int inserted)
    {
        if (areNew && inserted != given)
            throw new InvalidDataException(CoreCommit.RestoredInPart);
    }

    private static string Insert(string table, string columns, int rows, string letters)
    {
        var values = string.Join(", ", Enumerable.Range(0, rows).Select(
            row => $"(@key, {string.Join(", ", letters.Select(letter => "@" + NameOf(letter, row)))})"));
        return $"INSERT INTO {table} (core_key, idx, {columns}) VALUES {values} ON CONFLICT (core_key, idx) DO NOTHING";
    }

    private static string NameOf(char letter, int row) => string.Create(CultureInfo.InvariantCulture, $"{letter}{row}");

    private Task<T?> FirstAsync<T>(string sql, object parameters, CancellationToken cancellationToken) where T : class =>
        database.ReadAsync(db => db.FirstOrNullAsync<T>(sql, parameters), cancellationToken);

    private Task<IReadOnlyList<T>> ListAsync<T>(string sql, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.ListAsync<T>(sql, parameters), cancellationToken);

    public sealed class CoreChangeRow
    {
        public required byte[] Key { get; init; }

        public long Length { get; init; }

        public long ChangedAt { get; init; }
    }

    // Set by name, not by constructor: SQLite knows no types of columns while there are no rows.
    private sealed class HeadRow
    {
        public long Length { get; init; }

        public required byte[] Signature { get; init; }

        public required byte[] Manifest { get; init; }

        public long Frozen { get; init; }
    }

    private sealed class RangeRow
    {
        public long Start { get; init; }

        public long Length { get; init; }
    }

    private sealed class BlockRow
    {
        public required byte[] Value { get; init; }
    }

    private sealed class NodeRow
    {
        public long Idx { get; init; }

        public long Size { get; init; }

        public required byte[] Hash { get; init; }
    }

    private sealed class EvidenceRow
    {
        public required byte[] Ours { get; init; }

        public required byte[] Theirs { get; init; }

        public long FoundAt { get; init; }
    }
}
