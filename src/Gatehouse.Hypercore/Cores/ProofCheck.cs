using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Cores;

/// <summary>
/// Rebuilds the tree from a proof. Promises: each node is at the one place where it can belong, and what remains to be
/// compared is at most one node (with a stored one) and the tree's hash (with a signature). Must never take a node in
/// another order than the tree's, follow a list further than it is long, or leave a node unused that a signature covers
/// nothing of. Nothing here is trusted before both comparisons were made.
/// </summary>
internal static class ProofCheck
{
    /// <summary>
    /// Applies the proof to <paramref name="batch"/>, a copy of our tree. <paramref name="open"/> is the node that the
    /// block or hash led to, when the upgrade didn't take it up: it must equal the stored node in index, size and hash.
    /// </summary>
    public static bool TryApply(DataMessage data, MerkleTree batch, out TreeNode? open)
    {
        open = null;
        if (data is { Block: not null, Hash: not null })
            return false;
        if (data.Block is { } block && !TryBlockPath(block, batch, out open))
            return false;
        if (data.Hash is { } hash && !TryHashPath(hash, batch, out open))
            return false;
        var isComputed = data.Block is not null || data.Hash?.Nodes.Count > 1;
        return data.Upgrade is not { } upgrade
            || (TryUpgrade(upgrade, batch, ref open, isComputed) && TryAdditional(upgrade, batch));
    }

    /// <summary>
    /// Takes the batch from the upgrade's start to its end, without the nodes beyond. A candidate that was computed,
    /// not sent, proves its size.
    /// </summary>
    public static bool TryUpgrade(UpgradeData upgrade, MerkleTree batch, ref TreeNode? candidate, bool isComputed)
    {
        if (upgrade.Start != batch.Length || upgrade.Length == 0
            || upgrade.Length > FlatTree.MaxLength - upgrade.Start)
        {
            return false;
        }
        var end = upgrade.Start + upgrade.Length;
        var source = new NodeSource(upgrade.Nodes, candidate, isComputed);
        var kept = 0;
        var mayGrow = batch.Roots.Length > 0;
        foreach (var root in FlatTree.Roots(end))
        {
            if (kept < batch.Roots.Length && batch.Roots[kept].Index == root)
            {
                kept++;
                continue;
            }
            var grows = mayGrow && kept < batch.Roots.Length;
            mayGrow = false;
            if (grows ? !TryGrow(batch, root, ref source) : !TryAppend(batch, root, ref source))
                return false;
        }
        candidate = source.Candidate;
        return source.IsUsedUp && batch.Length == end;
    }

    /// <summary>
    /// Goes on from the upgrade's end to the length that is signed, by the very nodes that a prover sends for it: in
    /// place of one, its two children would merge to the same, with sizes that nothing proves.
    /// </summary>
    public static bool TryAdditional(UpgradeData upgrade, MerkleTree batch)
    {
        var (end, signed) = (batch.Length, batch.Length);
        foreach (var node in upgrade.AdditionalNodes)
        {
            var leaves = FlatTree.LeafCount(node.Index);
            if (leaves > FlatTree.MaxLength - signed)
                return false;
            signed += leaves;
        }
        var walk = new UpgradeWalk(end, signed);
        foreach (var node in upgrade.AdditionalNodes)
        {
            if (!walk.TryNext(out var index) || node.Index != index)
                return false;
            var cursor = new TreeCursor(index);
            if (!batch.TryAppend(node, ref cursor))
                return false;
        }
        return true;
    }

    private static bool TryBlockPath(BlockData block, MerkleTree batch, out TreeNode? top)
    {
        top = null;
        if (block.Index >= FlatTree.MaxLength)
            return false;
        var leaf = TreeNode.Leaf(block.Index, block.Value.Span);
        batch.Remember(leaf);
        return TryClimb(leaf, block.Nodes.GetEnumerator(), batch, keepSiblings: true, out top);
    }

    /// <summary>
    /// The parent commits to the sum of two sizes that nobody proved, so the first two nodes aren't kept: somebody
    /// could have moved bytes from one to the other.
    /// </summary>
    private static bool TryHashPath(HashData hash, MerkleTree batch, out TreeNode? top)
    {
        top = null;
        var nodes = hash.Nodes.GetEnumerator();
        return nodes.MoveNext() && nodes.Current.Index == hash.Index
            && TryClimb(nodes.Current, nodes, batch, keepSiblings: false, out top);
    }

    private static bool TryClimb(
        TreeNode node, NodeList.Enumerator siblings, MerkleTree batch, bool keepSiblings, out TreeNode? top)
    {
        top = null;
        var cursor = new TreeCursor(node.Index);
        while (siblings.MoveNext())
        {
            if (siblings.Current.Index != cursor.SiblingIndex)
                return false;
            cursor.MoveToParent();
            node = TreeNode.Parent(cursor.Index, node, siblings.Current);
            if (node.Size > Encoding.CompactReader.MaxUInt)
                return false;
            if (keepSiblings)
                batch.Remember(siblings.Current);
            batch.Remember(node);
            keepSiblings = true;
        }
        top = node;
        return true;
    }

    /// <summary>From our last root up to one that covers it, by the siblings that came.</summary>
    private static bool TryGrow(MerkleTree batch, ulong root, ref NodeSource source)
    {
        var cursor = new TreeCursor(batch.Roots[^1].Index);
        while (cursor.Index != root)
        {
            if (!source.TryTake(cursor.SiblingIndex, out var node, out var isBound))
                return false;
            cursor.MoveToSibling();
            if (!batch.TryAppend(node, ref cursor, isBound))
                return false;
        }
        return true;
    }

    private static bool TryAppend(MerkleTree batch, ulong root, ref NodeSource source)
    {
        var cursor = new TreeCursor(root);
        return source.TryTake(root, out var node, out var isBound) && batch.TryAppend(node, ref cursor, isBound);
    }

    /// <summary>
    /// The nodes of an upgrade, with the block's own path in place of the one node that was left out for it.
    /// </summary>
    private ref struct NodeSource(NodeList list, TreeNode? candidate, bool isComputed)
    {
        private NodeList.Enumerator nodes = list.GetEnumerator();

        public TreeNode? Candidate { get; private set; } = candidate;

        public readonly bool IsUsedUp => nodes.Left == 0;

        public bool TryTake(ulong index, out TreeNode node, out bool isBound)
        {
            isBound = false;
            if (Candidate is { } own && own.Index == index)
            {
                Candidate = null;
                node = own;
                isBound = isComputed;
                return true;
            }
            var has = nodes.MoveNext() && nodes.Current.Index == index;
            node = nodes.Current;
            return has;
        }
    }
}
