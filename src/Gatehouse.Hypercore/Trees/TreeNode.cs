using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Trees;

/// <summary>
/// Is one node of the Merkle tree: where it stands (<see cref="FlatTree"/>: block n is node 2n, parents are odd), how
/// many bytes the blocks under it have together, and its BLAKE2b-256 hash. Two nodes are equal when all three are.
/// </summary>
public readonly record struct TreeNode(ulong Index, ulong Size, Bytes32 Hash)
{
    /// <summary>What a node takes on the wire at least.</summary>
    internal const int MinEncodedBytes = 1 + 1 + Bytes32.Size;

    internal static TreeNode Leaf(ulong blockIndex, ReadOnlySpan<byte> block) =>
        new(2 * blockIndex, (ulong)block.Length, Caps.LeafHash(block));

    /// <summary>The parent of two siblings, in either order.</summary>
    internal static TreeNode Parent(ulong index, TreeNode one, TreeNode other)
    {
        var (left, right) = one.Index < other.Index ? (one, other) : (other, one);
        var size = left.Size + right.Size;
        return new TreeNode(index, size, Caps.ParentHash(size, left.Hash, right.Hash));
    }

    internal static TreeNode Read(ref CompactReader reader) =>
        new(reader.ReadUInt(), reader.ReadUInt(), reader.ReadBytes32());

    internal void Write(CompactWriter writer)
    {
        writer.WriteUInt(Index);
        writer.WriteUInt(Size);
        writer.WriteBytes32(Hash);
    }
}
