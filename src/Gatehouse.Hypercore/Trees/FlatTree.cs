using System.Numerics;

namespace Gatehouse.Hypercore.Trees;

/// <summary>
/// Numbers the nodes of a binary forest from left to right: block n is node 2n, a parent stands between its children.
/// So a node has the same number however long the log becomes.
/// </summary>
internal static class FlatTree
{
    /// <summary>A log of this length has node numbers up to 2^53, the most the format can write.</summary>
    public const ulong MaxLength = 1UL << 52;

    /// <summary>No tree is deeper, so no path and no list of roots is longer.</summary>
    public const int MaxDepth = 53;

    public static int Depth(ulong index) => BitOperations.TrailingZeroCount(index + 1);

    public static ulong Offset(ulong index) => (index + 1) >> Depth(index) >> 1;

    public static ulong Index(int depth, ulong offset) => (((2 * offset) + 1) << depth) - 1;

    public static ulong Parent(ulong index) => Index(Depth(index) + 1, Offset(index) >> 1);

    public static ulong Sibling(ulong index) => Index(Depth(index), Offset(index) ^ 1);

    public static ulong LeftSpan(ulong index) => index - ((1UL << Depth(index)) - 1);

    public static ulong RightSpan(ulong index) => index + ((1UL << Depth(index)) - 1);

    public static ulong LeafCount(ulong index) => 1UL << Depth(index);

    public static RootEnumerator Roots(ulong length) => new(length);

    /// <summary>The full roots of a tree, left to right: one for each power of two in its length.</summary>
    public struct RootEnumerator(ulong length)
    {
        private ulong rest = length, done;

        public ulong Current { get; private set; }

        public readonly RootEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (rest == 0)
                return false;
            var depth = BitOperations.Log2(rest);
            var leaves = 1UL << depth;
            Current = (2 * done) + leaves - 1;
            done += leaves;
            rest -= leaves;
            return true;
        }
    }
}
