using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Tests.Trees;

public sealed class FlatTreeTests
{
    private static readonly System.Text.Json.JsonElement Vector = Vectors.Load("03-flat-tree");

    [Fact]
    public void Every_node_has_the_relatives_that_npm_gives_it()
    {
        foreach (var node in Vector.Get("nodes").EnumerateArray())
        {
            var index = node.Get("index").Number;
            Assert.Equal(node.Get("depth").Number, (ulong)FlatTree.Depth(index));
            Assert.Equal(node.Get("offset").Number, FlatTree.Offset(index));
            Assert.Equal(node.Get("parent").Number, FlatTree.Parent(index));
            Assert.Equal(node.Get("sibling").Number, FlatTree.Sibling(index));
            Assert.Equal(node.Get("leftSpan").Number, FlatTree.LeftSpan(index));
            Assert.Equal(node.Get("rightSpan").Number, FlatTree.RightSpan(index));
            Assert.Equal(node.Get("countLeaves").Number, FlatTree.LeafCount(index));
        }
    }

    [Fact]
    public void A_cursor_steps_where_the_numbers_say()
    {
        foreach (var node in Vector.Get("nodes").EnumerateArray())
        {
            var index = node.Get("index").Number;
            var cursor = new TreeCursor(index);
            Assert.Equal(node.Get("sibling").Number, cursor.SiblingIndex);
            Assert.Equal(node.Get("countLeaves").Number, cursor.Leaves);
            cursor.MoveToSibling();
            Assert.Equal(index, cursor.SiblingIndex);
            cursor.MoveToParent();
            Assert.Equal(node.Get("parent").Number, cursor.Index);
            cursor = new TreeCursor(index);
            cursor.MoveToLeftChild();
            Assert.Equal(cursor.IsLeaf && cursor.Index == index ? index : node.Get("leftChild").Number, cursor.Index);
            for (var other = 0UL; other < 100; other++)
            {
                var contained = other >= node.Get("leftSpan").Number && other <= node.Get("rightSpan").Number;
                Assert.Equal(contained, new TreeCursor(index).Contains(other));
            }
        }
    }

    [Fact]
    public void A_tree_has_the_roots_that_npm_gives_it()
    {
        foreach (var tree in Vector.Get("fullRoots").EnumerateArray())
        {
            List<ulong> roots = [];
            foreach (var root in FlatTree.Roots(tree.Get("length").Number))
                roots.Add(root);
            Assert.Equal(tree.Get("fullRoots").EnumerateArray().Select(root => root.Number), roots);
        }
    }
}
