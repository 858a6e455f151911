using System.Diagnostics.CodeAnalysis;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx.Documents;

/// <summary>
/// A stranger's core: in memory until it turns out to be somebody's, in the database from then on. What nobody has
/// taken costs no disk. Promises: nothing is committed between the copy and the move.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "The semaphore's wait handle is never asked for, so there is nothing to dispose.")]
internal sealed class SettlingStore(Database database, TimeProvider clock) : ICoreStore
{
    /// <summary>A document that somebody has just begun is shorter.</summary>
    public const ulong MaxBlocks = 64;

    private readonly SemaphoreSlim gate = new(1);
    private volatile ICoreStore store = new MemoryCoreStore(); // let go of when it has settled

    public ValueTask<CoreHead?> ReadHeadAsync(CoreKey key, CancellationToken cancellationToken) =>
        store.ReadHeadAsync(key, cancellationToken);

    public ValueTask<IReadOnlyList<BlockRange>> ReadHeldAsync(CoreKey key, CancellationToken cancellationToken) =>
        store.ReadHeldAsync(key, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadBlockAsync(CoreKey key, ulong index, CancellationToken cancellationToken) =>
        store.ReadBlockAsync(key, index, cancellationToken);

    public ValueTask ReadNodesAsync(
        CoreKey key, ReadOnlyMemory<ulong> indexes, Memory<TreeNode?> nodes, CancellationToken cancellationToken) =>
        store.ReadNodesAsync(key, indexes, nodes, cancellationToken);

    public ValueTask<Evidence?> ReadEvidenceAsync(CoreKey key, CancellationToken cancellationToken) =>
        store.ReadEvidenceAsync(key, cancellationToken);

    public async ValueTask<bool> CommitAsync(CoreKey key, CoreCommit commit, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await store.CommitAsync(key, commit, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// Holds the core still while <paramref name="work"/> writes what is held of it to the database, and other things
    /// with it; it lives there from then on if that returns true.
    /// </summary>
    public async Task<bool> SettleAsync(CoreKey key, Func<CoreCommit, Task<bool>> work, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (store is SqlCoreStore || await SnapshotAsync(key, cancellationToken) is not { } snapshot || !await work(snapshot))
                return false;
            store = new SqlCoreStore(database, clock);
            return true;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<CoreCommit?> SnapshotAsync(CoreKey key, CancellationToken cancellationToken)
    {
        if (await store.ReadHeadAsync(key, cancellationToken) is not { IsFrozen: false, Length: > 0 and <= MaxBlocks } head)
            return null;
        var indexes = new ulong[2 * head.Length];
        for (var i = 0; i < indexes.Length; i++)
            indexes[i] = (ulong)i;
        var nodes = new TreeNode?[indexes.Length];
        await store.ReadNodesAsync(key, indexes, nodes, cancellationToken);
        var blocks = new List<StoredBlock>();
        for (var i = 0UL; i < head.Length; i++)
        {
            if (await store.ReadBlockAsync(key, i, cancellationToken) is { } block)
                blocks.Add(new StoredBlock(i, block));
        }
        return new CoreCommit
        {
            ExpectedLength = 0,
            Head = head,
            Nodes = nodes.Where(node => node is not null).Select(node => node!.Value).ToArray(),
            Blocks = blocks,
        };
    }
}
