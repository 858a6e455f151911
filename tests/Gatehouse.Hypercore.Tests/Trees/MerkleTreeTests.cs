using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Tests.Trees;

public sealed class MerkleTreeTests
{
    private static readonly System.Text.Json.JsonElement Vector = Vectors.Load("05-merkle-and-signatures");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Each_append_gives_the_roots_the_hash_and_the_signature_of_npm(int which)
    {
        var core = Vector.Get("cores")[which];
        var key = new CoreKey(core.Get("key").Hex);
        var isCompat = core.Find("manifest") is null;
        var manifest = isCompat ? Manifest.Compat(key) : Manifest.SignedBy(Support.Cores.Pair().PublicKey);
        Assert.True(isCompat ? manifest.IsCompat(key) : manifest.Key == key);
        Assert.Equal(core.Get("discoveryKey").Text, key.DiscoveryKey.Bytes.ToString());
        var tree = new MerkleTree();
        foreach (var (block, state) in Vector.Get("blocks").EnumerateArray().Zip(core.Get("states").EnumerateArray()))
        {
            tree.AppendBlock(block.Hex);
            Assert.Equal(state.Get("length").Number, tree.Length);
            Assert.Equal(state.Get("roots").EnumerateArray().Select(Node), tree.Roots.ToArray());
            Assert.Equal(state.Get("treeHash").Text, tree.Hash().ToString());
            var signable = new byte[Caps.SignableBytes];
            var size = Caps.WriteSignable(signable, isCompat ? null : key.Bytes, tree.Hash(), tree.Length, 0);
            Assert.Equal(state.Get("signable").Hex, signable[..size]);
            var signature = state.Get("signature").Hex;
            if (!isCompat)
            {
                using var pair = Support.Cores.Pair();
                Assert.Equal(signature, TreeSignature.Sign(pair, key, tree.Hash(), tree.Length));
            }
            Assert.True(TreeSignature.Verify(manifest, key, tree.Hash(), tree.Length, 0, signature));
        }
        Assert.Equal(core.Get("treeNodes").EnumerateArray().Select(Node), tree.Added.ToArray().OrderBy(n => n.Index));
    }

    [Fact]
    public void A_subtree_that_does_not_begin_where_the_log_ends_is_refused()
    {
        var tree = new MerkleTree();
        tree.AppendBlock("one"u8);
        var cursor = new TreeCursor(4);
        Assert.False(tree.TryAppend(new TreeNode(4, 1, default), ref cursor));
    }

    [Fact]
    public void Sizes_that_add_up_to_more_than_the_format_can_write_are_refused()
    {
        var tree = new MerkleTree();
        var cursor = new TreeCursor(0);
        Assert.True(tree.TryAppend(new TreeNode(0, CompactReader.MaxUInt, default), ref cursor));
        cursor.MoveToSibling();
        Assert.False(tree.TryAppend(new TreeNode(2, 1, default), ref cursor));
    }

    private static TreeNode Node(System.Text.Json.JsonElement node) =>
        new(node.Get("index").Number, node.Get("size").Number, new Bytes32(node.Get("hash").Hex));
}
