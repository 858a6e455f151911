using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Keeps cores, many of them, each only ever growing. Secret keys are not kept here. Reads may come from several
/// threads at once, also during a commit; one instance of <see cref="Core"/> commits one thing at a time.
/// </summary>
/// <remarks>
/// A store that loses what it committed makes a writer sign a second history, which ends the core for good: a commit
/// must be on the disk, as far as the system can tell, before the call returns.
/// </remarks>
public interface ICoreStore
{
    /// <summary>Reads the state of a core. Null when it was never committed.</summary>
    ValueTask<CoreHead?> ReadHeadAsync(CoreKey key, CancellationToken cancellationToken);

    /// <summary>Reads which blocks are held: ranges in ascending order that don't touch.</summary>
    ValueTask<IReadOnlyList<BlockRange>> ReadHeldAsync(CoreKey key, CancellationToken cancellationToken);

    /// <summary>Reads a block. Null when it isn't held. The caller doesn't change the bytes.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadBlockAsync(CoreKey key, ulong index, CancellationToken cancellationToken);

    /// <summary>
    /// Reads nodes of the tree: for each index the node at the same place in <paramref name="nodes"/>, or null when it
    /// isn't held. At most some hundred are asked for at once.
    /// </summary>
    ValueTask ReadNodesAsync(
        CoreKey key, ReadOnlyMemory<ulong> indexes, Memory<TreeNode?> nodes, CancellationToken cancellationToken);

    /// <summary>
    /// Commits all of this or nothing, durably. False, and nothing is changed, when the stored length or signature is not
    /// the expected one or the core is frozen in the store (<see cref="CoreCommit.Follows"/>): another process was here. Blocks and
    /// nodes that are held already are left as they are, for a reader fetches what it lacks in any order; but those
    /// that must be new (<see cref="CoreCommit.IsNew(StoredBlock)"/>) are never met. The memory in the commit is the
    /// caller's again on return.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// What must be new is there: the store was restored in part. Nothing was changed.
    /// </exception>
    ValueTask<bool> CommitAsync(CoreKey key, CoreCommit commit, CancellationToken cancellationToken);

    /// <summary>Reads what convicts the signers of a frozen core. Null when it isn't frozen.</summary>
    ValueTask<Evidence?> ReadEvidenceAsync(CoreKey key, CancellationToken cancellationToken);
}
