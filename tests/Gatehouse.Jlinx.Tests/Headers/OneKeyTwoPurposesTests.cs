using System.Text;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Headers;

/// <summary>
/// A Did's key signs its core's trees and the headers that it answers for. A tree's message has 112 bytes (80 in an old
/// core) and a header's 32, so neither is ever the other. Old hypercores (before 10) signed 32 bytes, a hash of what
/// begins with 02; a header's is a hash of what begins with <c>jlinx/header/1</c>.
/// </summary>
public sealed class OneKeyTwoPurposesTests
{
    private static readonly KeyPair Signer = Made.Pair(1);

    [Fact]
    public async Task A_signature_of_a_tree_proves_no_header()
    {
        var store = new MemoryCoreStore();
        var core = await Hypercore.Core.CreateAsync(store, Signer);
        await core.AppendAsync(HeaderCodec.Write(Made.Did(Signer), core.Key, Signer));
        var tree = (await store.ReadHeadAsync(core.Key, CancellationToken.None))!.Signature.Span[2..66].ToArray();
        var text = Encoding.UTF8.GetString(HeaderCodec.Write(Made.Did(Signer), core.Key, Signer));
        var forged = text[..text.LastIndexOf(",\"proof\"", StringComparison.Ordinal)]
            + $",\"proof\":\"{Multibase.Format(tree)}\"}}";
        Assert.True(HeaderCodec.TryRead(Encoding.UTF8.GetBytes(forged), core.Key, out var header));
        Assert.False(header.IsProvenBy([Signer.PublicKey]));
    }

    [Fact]
    public async Task A_header_is_signed_as_32_bytes_and_a_tree_as_112()
    {
        var store = new MemoryCoreStore();
        var core = await Hypercore.Core.CreateAsync(store, Signer);
        var block = HeaderCodec.Write(Made.Did(Signer), core.Key, Signer);
        await core.AppendAsync(block);
        var tree = (await store.ReadHeadAsync(core.Key, CancellationToken.None))!.Signature.Span[2..66].ToArray();
        var label = Vectors.Load("02-keys-and-namespaces").Get("hypercoreNamespaces").Get("TREE").Hex;
        byte[] signable =
        [
            .. label, .. core.Key.Bytes.ToArray(), .. (await core.TreeHashAsync(1))!.Value.ToArray(),
            .. BitConverter.GetBytes(1UL), .. BitConverter.GetBytes(0UL),
        ];
        var again = new byte[KeyPair.SignatureBytes];
        Signer.Sign(signable, again);
        Assert.Equal(112, signable.Length);
        Assert.Equal(again, tree);

        var text = Encoding.UTF8.GetString(block);
        var covered = text[..text.LastIndexOf(",\"proof\"", StringComparison.Ordinal)];
        Assert.Equal(block, Made.Prove(covered, Signer, Signer)); // which signs a hash of 32 bytes
    }

    [Fact]
    public void No_label_begins_another_so_a_hash_has_one_purpose()
    {
        string[] labels = ["jlinx/header/1", "jlinx/signup/1", "jlinx/login/1", "jlinx/next/1"];
        foreach (var label in labels)
            Assert.DoesNotContain(labels, other => other != label && other.StartsWith(label, StringComparison.Ordinal));
        var secret = Made.Repeated(1);
        Bytes32[] hashes =
        [
            Labels.SignUpSecret(secret), Labels.LoginToken(secret), Labels.NextKey(new PublicKey(secret)),
                Labels.Block(secret),
        ];
        Assert.Distinct(hashes);
        Assert.True(Labels.AreSame(hashes[0], Labels.SignUpSecret(secret)));
        Assert.False(Labels.AreSame(hashes[0], hashes[1]));
    }
}
