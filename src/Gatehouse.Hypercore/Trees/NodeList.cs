using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Trees;

/// <summary>
/// Is a list of nodes still in the bytes that arrived: checked once, then read in place, so that a proof costs no
/// allocation. Valid as long as those bytes are.
/// </summary>
internal readonly struct NodeList
{
    /// <summary>
    /// A path has at most 53 nodes, an upgrade at most twice that. What is longer was not made by a prover.
    /// </summary>
    public const int MaxCount = 2 * FlatTree.MaxDepth;

    private readonly ReadOnlyMemory<byte> encoded;

    private NodeList(ReadOnlyMemory<byte> encoded, int count)
    {
        this.encoded = encoded;
        Count = count;
    }

    public int Count { get; }

    /// <summary>Reads a list; <paramref name="message"/> is what the reader reads.</summary>
    public static NodeList Read(ref CompactReader reader, ReadOnlyMemory<byte> message)
    {
        var count = reader.ReadCount(MaxCount, TreeNode.MinEncodedBytes);
        var start = message.Length - reader.Remaining;
        for (var i = 0; i < count; i++)
            TreeNode.Read(ref reader);
        return reader.Failed ? default : new NodeList(message[start..^reader.Remaining], count);
    }

    public Enumerator GetEnumerator() => new(encoded.Span, Count);

    public ref struct Enumerator(ReadOnlySpan<byte> encoded, int count)
    {
        private CompactReader reader = new(encoded);

        public int Left { get; private set; } = count;

        public TreeNode Current { get; private set; }

        public bool MoveNext()
        {
            if (Left == 0)
                return false;
            Left--;
            Current = TreeNode.Read(ref reader);
            return true;
        }
    }
}
