using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Trees;

/// <summary>
/// Holds the roots of a log of some length and grows it: by leaves (a writer) or by whole subtrees that somebody sent
/// (a reader). Remembers each node that came to be, to be stored, but for two that were sent and merged: the signature
/// covers the sum of their sizes, not how they share it. Reused: <see cref="Reset(MerkleTree)"/> starts again from
/// another tree, so work on a copy costs no allocation and is committed by copying back.
/// </summary>
internal sealed class MerkleTree
{
    // A server has many cores, and most of them are at rest: after a large batch the memory is given back.
    private const int MostKept = 1024;

    // While a subtree is merged there is one root more than a finished tree can have.
    private readonly TreeNode[] roots = new TreeNode[FlatTree.MaxDepth + 1];
    private readonly int[] unboundAt = new int[FlatTree.MaxDepth + 1]; // for each root: where in the added, or -1
    private TreeNode[] added = [];
    private int rootCount, addedCount;

    public ulong Length { get; private set; }

    public ReadOnlySpan<TreeNode> Roots => roots.AsSpan(0, rootCount);

    /// <summary>
    /// The nodes that came to be since the last reset, each once, children before parents, and that are true if the
    /// tree is.
    /// </summary>
    public ReadOnlyMemory<TreeNode> Added => added.AsMemory(0, addedCount);

    public void Reset()
    {
        rootCount = 0;
        Length = 0;
        ClearAdded();
    }

    public void Reset(MerkleTree other)
    {
        other.Roots.CopyTo(roots);
        rootCount = other.rootCount;
        Length = other.Length;
        unboundAt.AsSpan(0, rootCount).Fill(-1);
        ClearAdded();
    }

    /// <summary>Takes the roots of a tree of that length as they were stored: left to right.</summary>
    public void Load(ulong length, ReadOnlySpan<TreeNode> stored)
    {
        stored.CopyTo(roots);
        rootCount = stored.Length;
        Length = length;
        unboundAt.AsSpan(0, rootCount).Fill(-1);
        ClearAdded();
    }

    public void AppendBlock(ReadOnlySpan<byte> block)
    {
        var cursor = new TreeCursor(2 * Length);
        var leaf = TreeNode.Leaf(Length, block);
        Remember(leaf);
        TryAppend(leaf, ref cursor, isBound: true);
    }

    /// <summary>
    /// Appends a subtree whose top is the node under the cursor and merges what belongs together; the cursor follows up
    /// to the root that results. False, with the tree in no usable state, when the subtree doesn't begin where the log
    /// ends, or the log would be longer than can be numbered.
    /// </summary>
    /// <param name="isBound">
    /// Whether the hash was computed from what it stands for, so that it proves the size, and the node is remembered
    /// already. The size of a node that was sent is proven by the sibling it merges with, when that is bound, or by the
    /// tree's hash, when it stays a root.
    /// </param>
    public bool TryAppend(TreeNode node, ref TreeCursor cursor, bool isBound = false)
    {
        if (rootCount == roots.Length || cursor.Leaves > FlatTree.MaxLength - Length
            || node.Index != cursor.Index || FlatTree.LeftSpan(node.Index) != 2 * Length)
        {
            return false;
        }
        Length += cursor.Leaves;
        roots[rootCount] = node;
        unboundAt[rootCount++] = isBound ? -1 : addedCount;
        if (!isBound)
            Remember(node);
        while (rootCount > 1 && cursor.SiblingIndex == roots[rootCount - 2].Index)
        {
            cursor.MoveToParent();
            var parent = TreeNode.Parent(cursor.Index, roots[rootCount - 2], roots[rootCount - 1]);
            if (parent.Size > CompactReader.MaxUInt)
                return false;
            if (unboundAt[rootCount - 2] >= 0 && unboundAt[rootCount - 1] >= 0)
            {
                Forget(unboundAt[rootCount - 1]); // the later first: the other's place stays what it is
                Forget(unboundAt[rootCount - 2]);
            }
            roots[--rootCount - 1] = parent;
            unboundAt[rootCount - 1] = -1;
            Remember(parent);
        }
        return true;
    }

    /// <summary>Adds a node to those to be stored that is in the tree but was not appended as a root.</summary>
    public void Remember(TreeNode node)
    {
        if (addedCount == added.Length)
            Array.Resize(ref added, Math.Max(added.Length * 2, FlatTree.MaxDepth));
        added[addedCount++] = node;
    }

    /// <summary>The root with that number, if there is one.</summary>
    public TreeNode? Root(ulong index)
    {
        foreach (var root in Roots)
        {
            if (root.Index == index)
                return root;
        }
        return null;
    }

    public Bytes32 Hash() => Caps.TreeHash(Roots);

    private void Forget(int at)
    {
        Array.Copy(added, at + 1, added, at, addedCount - at - 1);
        addedCount--;
    }

    private void ClearAdded()
    {
        addedCount = 0;
        if (added.Length > MostKept)
            added = [];
    }
}
