using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Is one change of a core: a batch that was appended, an answer that was verified, or the end of it.
/// </summary>
public sealed class CoreCommit
{
    /// <summary>What a store says that meets something new which it holds already.</summary>
    public const string RestoredInPart =
        "The store holds blocks or nodes beyond the signed length: it was restored in part.";

    /// <summary>The length the store must have, or nothing is changed; 0 also for a core it doesn't know.</summary>
    public required ulong ExpectedLength { get; init; }

    /// <summary>
    /// The signature the store must have, or nothing is changed: of two histories of one length only one goes on. Empty at
    /// length 0.
    /// </summary>
    public ReadOnlyMemory<byte> ExpectedSignature { get; init; }

    /// <summary>The state from now on.</summary>
    public required CoreHead Head { get; init; }

    /// <summary>Nodes to be held from now on.</summary>
    public ReadOnlyMemory<TreeNode> Nodes { get; init; }

    /// <summary>Blocks to be held from now on.</summary>
    public IReadOnlyList<StoredBlock> Blocks { get; init; } = [];

    /// <summary>Given when the head is frozen by this.</summary>
    public Evidence? Evidence { get; init; }

    /// <summary>Whether it may be made of what is stored; null of a core that the store doesn't know.</summary>
    public bool Follows(CoreHead? stored) =>
        (stored?.Length ?? 0) == ExpectedLength && stored is not { IsFrozen: true }
        && (stored?.Signature ?? default).Span.SequenceEqual(ExpectedSignature.Span);

    /// <summary>
    /// Whether the block is beyond what was signed before, so that the store can't hold it: unless a part of it was
    /// restored.
    /// </summary>
    public bool IsNew(StoredBlock block) => block.Index >= ExpectedLength;

    /// <summary>Whether the node stands for such a block, among others.</summary>
    public bool IsNew(TreeNode node) => FlatTree.RightSpan(node.Index) >= 2 * ExpectedLength;
}
