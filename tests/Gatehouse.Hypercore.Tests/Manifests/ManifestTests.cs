using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Tests.Support;

namespace Gatehouse.Hypercore.Tests.Manifests;

public sealed class ManifestTests
{
    private static readonly System.Text.Json.JsonElement[] Samples =
        [.. Vectors.Load("04-manifests").Get("manifests").EnumerateArray()];

    [Fact]
    public void Every_manifest_of_npm_is_read_written_and_hashed_alike()
    {
        Assert.Equal(13, Samples.Length);
        foreach (var sample in Samples)
        {
            Assert.True(Manifest.TryDecode(sample.Get("encoded").Hex, out var manifest), sample.Get("name").Text);
            Assert.Equal(sample.Get("encoded").Text, Convert.ToHexStringLower(manifest.Encoded));
            Assert.Equal(sample.Get("key").Text, manifest.Key.Bytes.ToString());
            Assert.Equal(sample.Get("z32").Text, manifest.Key.ToString());
            Assert.Equal(sample.Get("discoveryKey").Text, manifest.Key.DiscoveryKey.Bytes.ToString());
            var expected = sample.Get("manifest");
            Assert.Equal(expected.Get("version").Number, (ulong)manifest.Version);
            Assert.Equal(expected.Get("quorum").Number, (ulong)manifest.Quorum);
            Assert.Equal(expected.Get("signers").GetArrayLength(), manifest.Signers.Length);
            Assert.Equal(expected.Find("prologue") is null, manifest.Prologue is null);
        }
    }

    [Fact]
    public void The_manifest_of_one_writer_is_npms_default()
    {
        using var pair = Support.Cores.Pair();
        Assert.Equal(Samples[0].Get("encoded").Hex, Manifest.SignedBy(pair.PublicKey).Encoded.ToArray());
    }

    [Fact]
    public void A_manifest_with_one_bit_flipped_is_not_that_of_the_core()
    {
        foreach (var sample in Samples)
        {
            var key = new CoreKey(sample.Get("key").Hex);
            foreach (var flipped in Flips.Of(sample.Get("encoded").Hex))
                Assert.False(Manifest.TryDecode(flipped, out var manifest) && manifest.Key == key);
        }
    }

    [Fact]
    public void A_manifest_cut_short_is_refused()
    {
        foreach (var encoded in Samples.Select(sample => sample.Get("encoded").Hex))
        {
            for (var length = 0; length < encoded.Length; length++)
                Assert.False(Manifest.TryDecode(encoded.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("04000001")] // a version to come
    [InlineData("01100001")] // a flag to come
    [InlineData("01040001")] // a flag of version 2
    [InlineData("01000101")] // another hash
    public void What_is_not_known_is_refused(string start)
    {
        var signer = Samples[0].Get("encoded").Text[8..];
        Assert.False(Manifest.TryDecode(Convert.FromHexString(start + signer), out _));
    }

    [Theory]
    [InlineData("010000" + "02" + "01")] // two of one
    [InlineData("010000" + "01" + "41")] // 65 signers
    public void A_quorum_that_cannot_be_met_and_too_many_signers_are_refused(string start)
    {
        var signer = Samples[0].Get("encoded").Text[10..];
        Assert.False(Manifest.TryDecode(
            Convert.FromHexString(start + string.Concat(Enumerable.Repeat(signer, 65))), out _));
    }

    [Fact]
    public void Patches_and_prologues_are_read_but_no_signature_is_taken()
    {
        foreach (var sample in Samples)
        {
            Assert.True(Manifest.TryDecode(sample.Get("encoded").Hex, out var manifest));
            var plain = !sample.Get("manifest").Get("allowPatch").GetBoolean()
                && sample.Get("manifest").Find("prologue") is null;
            Assert.Equal(plain, manifest.IsSupported);
        }
    }
}
