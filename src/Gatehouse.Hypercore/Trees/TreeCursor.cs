namespace Gatehouse.Hypercore.Trees;

/// <summary>Stands on a node and steps to its relatives, without counting bits again at each step.</summary>
internal struct TreeCursor
{
    private ulong offset, factor;

    public TreeCursor(ulong index)
    {
        Index = index;
        offset = FlatTree.Offset(index);
        factor = 2UL << FlatTree.Depth(index);
    }

    public ulong Index { get; private set; }

    public readonly ulong Leaves => factor / 2;

    public readonly bool IsLeaf => (Index & 1) == 0;

    public readonly ulong SiblingIndex => IsRight ? Index - factor : Index + factor;

    private readonly bool IsRight => (offset & 1) == 1;

    public readonly bool Contains(ulong index) =>
        index < Index ? Index - index < factor / 2 : index - Index < factor / 2;

    public void MoveToSibling()
    {
        Index = SiblingIndex;
        offset ^= 1;
    }

    public void MoveToParent()
    {
        Index = IsRight ? Index - (factor / 2) : Index + (factor / 2);
        offset >>= 1;
        factor *= 2;
    }

    /// <summary>Stays on a leaf, which has no children.</summary>
    public void MoveToLeftChild()
    {
        if (IsLeaf)
            return;
        factor /= 2;
        Index -= factor / 2;
        offset *= 2;
    }
}
