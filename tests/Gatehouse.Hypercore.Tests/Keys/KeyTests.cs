using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Tests.Support;

namespace Gatehouse.Hypercore.Tests.Keys;

public sealed class KeyTests
{
    [Fact]
    public async Task Who_signs_while_the_pair_is_disposed_signs_whole_or_not_at_all()
    {
        var message = new byte[100];
        var signed = 0;
        for (var round = 0; round < 300; round++)
        {
            var pair = KeyPair.Generate();
            var publicKey = pair.PublicKey.Bytes.ToArray();
            using var start = new Barrier(5);
            var signers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                var signature = new byte[KeyPair.SignatureBytes];
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        pair.Sign(message, signature);
                        Interlocked.Increment(ref signed);
                        Assert.True(Sodium.Verify(signature, message, publicKey));
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }, TaskCreationOptions.LongRunning)).ToArray();
            start.SignalAndWait();
            Thread.SpinWait(round * 50);
            pair.Dispose();
            await Task.WhenAll(signers);
        }
        Assert.NotEqual(0, signed);
    }

    private static readonly System.Text.Json.JsonElement Vector = Vectors.Load("02-keys-and-namespaces");

    [Fact]
    public void A_seed_makes_the_pair_that_npm_makes_of_it()
    {
        foreach (var sample in Vector.Get("keyPairs").EnumerateArray())
        {
            using var pair = KeyPair.FromSeed(sample.Get("seed").Hex);
            Assert.Equal(sample.Get("publicKey").Text, pair.PublicKey.Bytes.ToString());
            Assert.Equal(sample.Get("secretKey").Text, sample.Get("seed").Text + pair.PublicKey.Bytes);
            var discovery = new CoreKey(pair.PublicKey.Bytes).DiscoveryKey;
            Assert.Equal(sample.Get("discoveryKeyOfPublicKey").Text, discovery.Bytes.ToString());
        }
    }

    [Fact]
    public void The_namespaces_are_those_of_npm()
    {
        var core = Vector.Get("hypercoreNamespaces");
        Assert.Equal(core.Get("TREE").Text, Caps.Tree.ToString());
        Assert.Equal(core.Get("REPLICATE_INITIATOR").Text, Caps.ReplicateInitiator.ToString());
        Assert.Equal(core.Get("REPLICATE_RESPONDER").Text, Caps.ReplicateResponder.ToString());
        Assert.Equal(core.Get("MANIFEST").Text, Caps.Manifest.ToString());
        Assert.Equal(core.Get("DEFAULT_NAMESPACE").Text, Caps.DefaultNamespace.ToString());
        var stream = Vector.Get("secretStreamNamespaces");
        Assert.Equal(stream.Get("INITIATOR").Text, Caps.StreamInitiator.ToString());
        Assert.Equal(stream.Get("RESPONDER").Text, Caps.StreamResponder.ToString());
    }

    [Fact]
    public void A_signature_is_that_of_npm()
    {
        var sample = Vector.Get("signature");
        using var pair = KeyPair.FromSeed(sample.Get("seed").Hex);
        var signature = new byte[KeyPair.SignatureBytes];
        pair.Sign(sample.Get("message").Hex, signature);
        Assert.Equal(sample.Get("signature").Hex, signature);
    }

    [Fact]
    public void A_key_is_written_and_parsed_as_zbase32()
    {
        var sample = Vector.Get("z32");
        var key = new CoreKey(sample.Get("key").Hex);
        Assert.Equal(sample.Get("z32").Text, key.ToString());
        Assert.True(CoreKey.TryParse(sample.Get("z32").Text, out var parsed));
        Assert.Equal(key, parsed);
    }

    [Fact]
    public void Every_key_is_read_back_from_its_text()
    {
        for (var i = 0; i < 100; i++)
        {
            using var pair = KeyPair.Generate();
            Assert.True(PublicKey.TryParse(pair.PublicKey.ToString(), out var parsed));
            Assert.Equal(pair.PublicKey, parsed);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("yryonyebyryonyebyryonyebyryonyebyryonyebyryonyebyry")] // a character short
    [InlineData("yryonyebyryonyebyryonyebyryonyebyryonyebyryonyebyryoy")] // one too many
    [InlineData("yryonyebyryonyebyryonyebyryonyebyryonyebyryonyebyryb")] // a spare bit set
    [InlineData("YRYONYEBYRYONYEBYRYONYEBYRYONYEBYRYONYEBYRYONYEBYRYO")]
    [InlineData("lryonyebyryonyebyryonyebyryonyebyryonyebyryonyebyryo")] // no letter of the alphabet
    public void Another_text_than_a_keys_own_is_refused(string text)
    {
        Assert.False(CoreKey.TryParse(text, out var key));
        Assert.Equal(default, key);
    }

    [Fact]
    public void A_key_of_another_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new PublicKey(new byte[31]));
        Assert.Throws<ArgumentException>(() => KeyPair.FromSeed(new byte[33]));
    }

    [Fact]
    public void A_disposed_pair_signs_and_tells_nothing()
    {
        var pair = KeyPair.Generate();
        pair.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pair.Sign([1], new byte[KeyPair.SignatureBytes]));
        Assert.Throws<ObjectDisposedException>(() => pair.ExportSeed(new byte[KeyPair.SeedBytes]));
    }

    [Fact]
    public void The_text_of_a_pair_has_no_secret()
    {
        using var pair = KeyPair.FromSeed(Enumerable.Repeat((byte)1, KeyPair.SeedBytes).ToArray());
        Assert.Equal("KeyPair " + pair.PublicKey, pair.ToString());
        var seed = new byte[KeyPair.SeedBytes];
        pair.ExportSeed(seed);
        using var again = KeyPair.FromSeed(seed);
        Assert.Equal(pair.PublicKey, again.PublicKey);
    }

    [Fact]
    public void A_hash_of_a_long_block_is_that_of_its_parts_joined()
    {
        foreach (var length in new[] { 0, 1, 1015, 1016, 100_000 })
        {
            var block = new byte[length];
            Array.Fill(block, (byte)7);
            byte[] joined = [0, .. BitConverter.GetBytes((ulong)length), .. block];
            Assert.Equal(Caps.Hash(joined), Caps.LeafHash(block));
        }
    }

    [Fact]
    public void Bytes_are_equal_when_all_are()
    {
        var bytes = new byte[Bytes32.Size];
        var zero = new Bytes32(bytes);
        Assert.Equal(default, zero);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.True(zero != new Bytes32(bytes));
            bytes[i] ^= 1;
        }
    }
}
