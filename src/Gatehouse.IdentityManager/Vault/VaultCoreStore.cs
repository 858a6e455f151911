using System.Buffers.Binary;
using System.Globalization;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.IdentityManager.Vault;

/// <summary>
/// Keeps cores in the vault. What else changes with an append can be made one with it: either both are there after a
/// crash, or neither.
/// </summary>
internal sealed class VaultCoreStore(OpenVault vault) : ICoreStore
{
    private const string Prefix = "core/";
    private const int NodeBytes = 8 + Bytes32.Size;

    // Flows with the call of an append down to the commit; whoever commits first takes it.
    private readonly AsyncLocal<Companion?> companion = new();

    /// <summary>Carries out an append, with which these changes are committed.</summary>
    public async ValueTask<T> WithAsync<T>(VaultBatch changes, Func<ValueTask<T>> append)
    {
        var mine = new Companion { Changes = changes };
        companion.Value = mine;
        try
        {
            return await append();
        }
        finally
        {
            companion.Value = null;
        }
    }

    public ValueTask<CoreHead?> ReadHeadAsync(CoreKey key, CancellationToken cancellationToken) => new(Head(key));

    public ValueTask<IReadOnlyList<BlockRange>> ReadHeldAsync(CoreKey key, CancellationToken cancellationToken)
    {
        var prefix = $"{Name(key)}/block/";
        List<BlockRange> ranges = [];
        foreach (var name in vault.Names(prefix)) // in order: the numbers have one width
        {
            var index = ulong.Parse(name.AsSpan(prefix.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (ranges is [.., var last] && last.Start + last.Length == index)
                ranges[^1] = last with { Length = last.Length + 1 };
            else
                ranges.Add(new BlockRange(index, 1));
        }
        return new(ranges);
    }

    public ValueTask<ReadOnlyMemory<byte>?> ReadBlockAsync(
        CoreKey key, ulong index, CancellationToken cancellationToken) =>
        new(vault.Read(Block(key, index)) is { } value ? value : default(ReadOnlyMemory<byte>?));

    public ValueTask ReadNodesAsync(
        CoreKey key, ReadOnlyMemory<ulong> indexes, Memory<TreeNode?> nodes, CancellationToken cancellationToken)
    {
        for (var i = 0; i < indexes.Length; i++)
        {
            var index = indexes.Span[i];
            nodes.Span[i] = vault.Read(Node(key, index)) is { } value
                ? new TreeNode(index, BinaryPrimitives.ReadUInt64LittleEndian(value), new Bytes32(value.AsSpan(8)))
                : null;
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> CommitAsync(CoreKey key, CoreCommit commit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var batch = new VaultBatch().Set($"{Name(key)}/head", Encode(commit.Head));
        if (commit.Evidence is { } evidence)
            batch.Set($"{Name(key)}/evidence", Encode(evidence));
        if (Interlocked.Exchange(ref (companion.Value ?? Companion.None).Changes, null) is { } changes)
            batch.Add(changes);
        return new(vault.TryCommit(IsExpected, batch)); // which asks while nobody else commits

        bool IsExpected()
        {
            if (!commit.Follows(Head(key)))
                return false;
            foreach (var node in commit.Nodes.Span)
                AddMissing(batch, Node(key, node.Index), Encode(node), commit.IsNew(node));
            foreach (var block in commit.Blocks)
                AddMissing(batch, Block(key, block.Index), block.Value.ToArray(), commit.IsNew(block));
            return true;
        }
    }

    public ValueTask<Evidence?> ReadEvidenceAsync(CoreKey key, CancellationToken cancellationToken) =>
        new(vault.Read($"{Name(key)}/evidence") is { } value ? DecodeEvidence(value) : null);

    /// <summary>Of all blocks of a core that are held.</summary>
    public long CountBytes(CoreKey key) => vault.CountBytes($"{Name(key)}/block/");

    /// <summary>Everything of a core, to be removed.</summary>
    public VaultBatch Remove(CoreKey key)
    {
        var batch = new VaultBatch();
        foreach (var name in vault.Names(Name(key) + "/"))
            batch.Remove(name);
        return batch;
    }

    private static string Name(CoreKey key) => Prefix + key.Bytes;

    private static string Block(CoreKey key, ulong index) => $"{Name(key)}/block/{index:x16}";

    private static string Node(CoreKey key, ulong index) => $"{Name(key)}/node/{index:x16}";

    private void AddMissing(VaultBatch batch, string name, byte[] value, bool isNew)
    {
        if (vault.Read(name) is null)
            batch.Set(name, value);
        else if (isNew)
            throw new InvalidDataException(CoreCommit.RestoredInPart);
    }

    private CoreHead? Head(CoreKey key)
    {
        if (vault.Read($"{Name(key)}/head") is not { } value)
            return null;
        var signature = BinaryPrimitives.ReadUInt16LittleEndian(value.AsSpan(9));
        return new CoreHead(
            BinaryPrimitives.ReadUInt64LittleEndian(value), value.AsMemory(11, signature),
            value.AsMemory(11 + signature), value[8] != 0);
    }

    private static byte[] Encode(CoreHead head)
    {
        var bytes = new byte[11 + head.Signature.Length + head.Manifest.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, head.Length);
        bytes[8] = head.IsFrozen ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(9), (ushort)head.Signature.Length);
        head.Signature.CopyTo(bytes.AsMemory(11));
        head.Manifest.CopyTo(bytes.AsMemory(11 + head.Signature.Length));
        return bytes;
    }

    private static byte[] Encode(TreeNode node)
    {
        var bytes = new byte[NodeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, node.Size);
        node.Hash.CopyTo(bytes.AsSpan(8));
        return bytes;
    }

    private static byte[] Encode(Evidence evidence)
    {
        var bytes = new byte[12 + evidence.Ours.Length + evidence.Theirs.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, evidence.FoundAt.UtcTicks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), evidence.Ours.Length);
        evidence.Ours.CopyTo(bytes.AsMemory(12));
        evidence.Theirs.CopyTo(bytes.AsMemory(12 + evidence.Ours.Length));
        return bytes;
    }

    private static Evidence DecodeEvidence(byte[] bytes)
    {
        var found = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(bytes), TimeSpan.Zero);
        var ours = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        return new Evidence(bytes.AsMemory(12, ours), bytes.AsMemory(12 + ours), found);
    }

    private sealed class Companion
    {
        public static readonly Companion None = new();

        public VaultBatch? Changes;
    }
}
