using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Tests.Support;

namespace Gatehouse.Hypercore.Tests.Manifests;

public sealed class TreeSignatureTests
{
    private static readonly System.Text.Json.JsonElement Vector = Vectors.Load("07-multisig");
    private static readonly Bytes32 TreeHash = new(Vector.Get("treeHash").Hex);

    private readonly Manifest manifest;
    private readonly CoreKey key;

    public TreeSignatureTests()
    {
        Assert.True(Manifest.TryDecode(Vector.Get("plain").Get("manifest").Hex, out var decoded));
        manifest = decoded;
        key = decoded.Key;
    }

    [Fact]
    public void Two_of_three_signers_are_enough() => Assert.True(Verify(Vector.Get("plain").Get("container").Hex));

    [Fact]
    public void One_of_three_signers_is_not_enough() =>
        Assert.False(Verify(Vector.Get("plain").Get("oneProofOnly").Get("container").Hex));

    [Fact]
    public void One_signer_twice_is_not_two() =>
        Assert.False(Verify(Vector.Get("plain").Get("sameSignerTwice").Get("container").Hex));

    [Fact]
    public void Only_the_first_signatures_up_to_the_quorum_count()
    {
        var container = Vector.Get("plain").Get("container").Hex;
        const int ProofBytes = 66;
        byte[] bad = [0, .. new byte[64], 0];
        byte[] badLast = [3, .. container[1..(1 + (2 * ProofBytes))], .. bad, 0];
        byte[] badFirst = [3, .. bad, .. container[1..(1 + (2 * ProofBytes))], 0];
        Assert.True(Verify(badLast));
        Assert.False(Verify(badFirst));
    }

    [Fact]
    public void Signers_of_version_0_sign_in_a_container_of_their_own()
    {
        var old = Vector.Get("version0");
        var container = old.Get("container").Hex;
        Assert.True(VerifyBy(old, container));
        Assert.True(VerifyBy(old, old.Get("containerWithPatch").Hex));
        Assert.False(VerifyBy(old, Vector.Get("plain").Get("container").Hex));
        const int ProofBytes = 66;
        var first = container[1..(1 + ProofBytes)];
        Assert.False(VerifyBy(old, [1, .. first, 0]));
        Assert.False(VerifyBy(old, [2, .. first, .. first, 0]));
        for (var length = 0; length < container.Length; length++)
            Assert.False(VerifyBy(old, container[..length]));
    }

    [Fact]
    public void Every_bit_of_a_container_of_version_0_counts_but_unknown_flags()
    {
        var old = Vector.Get("version0");
        int[] flags = [1, 67];
        var bit = 0;
        foreach (var flipped in Flips.Of(old.Get("container").Hex))
        {
            Assert.True(!VerifyBy(old, flipped) || (flags.Contains(bit / 8) && bit % 8 != 0), $"bit {bit}");
            bit++;
        }
    }

    [Fact]
    public void The_only_signer_of_version_0_signs_without_a_container()
    {
        var one = Vector.Get("version0").Get("oneSigner");
        Assert.True(VerifyBy(one, one.Get("signature").Hex));
        Assert.False(VerifyBy(one, [1, 0, 0, .. one.Get("signature").Hex, 0]));
        Assert.False(VerifyBy(one, [1, 0, .. one.Get("signature").Hex, 0, 0]));
    }

    [Fact]
    public void A_patched_signature_is_refused()
    {
        var patch = Vector.Get("patch");
        Assert.True(Manifest.TryDecode(patch.Get("manifest").Hex, out var patched));
        Assert.False(TreeSignature.Verify(
            patched, patched.Key, new Bytes32(patch.Get("batchTreeHash").Hex), patch.Get("batchLength").Number, 0,
            patch.Get("container").Hex));
    }

    [Fact]
    public void A_signature_of_another_core_tree_length_or_fork_is_refused()
    {
        var container = Vector.Get("plain").Get("container").Hex;
        Assert.False(TreeSignature.Verify(manifest, key, TreeHash, 12, 0, container));
        Assert.False(TreeSignature.Verify(manifest, key, TreeHash, 11, 1, container));
        Assert.False(TreeSignature.Verify(manifest, key, key.Bytes, 11, 0, container));
        Assert.False(TreeSignature.Verify(manifest, new CoreKey(TreeHash), TreeHash, 11, 0, container));
    }

    [Fact]
    public void Every_bit_counts_but_those_of_a_patch_that_is_not_allowed()
    {
        var container = Vector.Get("plain").Get("container").Hex;
        int[] patches = [66, 132];
        var bit = 0;
        foreach (var flipped in Flips.Of(container))
        {
            Assert.True(!Verify(flipped) || patches.Contains(bit / 8), $"bit {bit}");
            bit++;
        }
    }

    [Fact]
    public void Every_bit_of_an_old_cores_signature_counts()
    {
        var core = Vectors.Load("05-merkle-and-signatures").Get("cores")[1];
        var old = new CoreKey(core.Get("key").Hex);
        var state = core.Get("states")[3];
        var hash = new Bytes32(state.Get("treeHash").Hex);
        Assert.True(TreeSignature.Verify(Manifest.Compat(old), old, hash, 4, 0, state.Get("signature").Hex));
        foreach (var flipped in Flips.Of(state.Get("signature").Hex))
            Assert.False(TreeSignature.Verify(Manifest.Compat(old), old, hash, 4, 0, flipped));
    }

    [Fact]
    public void A_container_cut_short_is_refused()
    {
        var container = Vector.Get("plain").Get("container").Hex;
        for (var length = 0; length < container.Length; length++)
            Assert.False(Verify(container[..length]));
    }

    private static bool VerifyBy(System.Text.Json.JsonElement vector, byte[] container)
    {
        Assert.True(Manifest.TryDecode(vector.Get("manifest").Hex, out var by));
        return TreeSignature.Verify(by, by.Key, TreeHash, 11, 0, container);
    }

    private bool Verify(byte[] container) => TreeSignature.Verify(manifest, key, TreeHash, 11, 0, container);
}
