using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Is one change of a core: a batch that was appended, an answer that was verified, or the end of it.
/// </summary>
public sealed class CoreCommit
{
    /// <summary>The length the store must have, or nothing is changed; 0 also for a core it doesn't know.</summary>
    public required ulong ExpectedLength { get; init; }

    /// <summary>The state from now on.</summary>
    public required CoreHead Head { get; init; }

    /// <summary>Nodes to be held from now on.</summary>
    public ReadOnlyMemory<TreeNode> Nodes { get; init; }

    /// <summary>Blocks to be held from now on.</summary>
    public IReadOnlyList<StoredBlock> Blocks { get; init; } = [];

    /// <summary>Given when the head is frozen by this.</summary>
    public Evidence? Evidence { get; init; }
}
