using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Manifests;

/// <summary>
/// Decides whether a tree is signed. Promises: true only when as many different signers as the manifest demands signed
/// this tree hash, length and fork for this core. Must never take a signature of another core, namespace, length or
/// fork, count one signer twice, or look past the first quorum of signatures (all implementations must judge alike).
/// </summary>
internal static class TreeSignature
{
    /// <summary>
    /// Count, signer, signature, patch, count of patch nodes: how one signature is wrapped from version 1 on.
    /// </summary>
    public const int SingleBytes = 1 + 1 + Sodium.SignatureBytes + 1 + 1;

    private const int MinProofBytes = 1 + Sodium.SignatureBytes + 1;
    private const ulong PatchFlag = 1; // of version 0, which begins with flags instead of ending with a number

    /// <summary>Signs for the only signer of a core that we made.</summary>
    public static byte[] Sign(KeyPair keyPair, CoreKey key, Bytes32 treeHash, ulong length)
    {
        Span<byte> signable = stackalloc byte[Caps.SignableBytes];
        Caps.WriteSignable(signable, key.Bytes, treeHash, length, fork: 0);
        var container = new byte[SingleBytes];
        container[0] = 1;
        keyPair.Sign(signable, container.AsSpan(2, Sodium.SignatureBytes));
        return container;
    }

    public static bool Verify(
        Manifest manifest, CoreKey key, Bytes32 treeHash, ulong length, ulong fork, ReadOnlySpan<byte> container)
    {
        if (!manifest.IsSupported)
            return false;
        var tree = new SignedTree(key, treeHash, length, fork);
        var isCompat = manifest.IsCompat(key);
        return isCompat || manifest is { Version: 0, Signers.Length: 1 }
            ? VerifyRaw(manifest.Signers[0], isCompat, tree, container)
            : VerifyContainer(manifest, tree, container);
    }

    /// <summary>Of an old core and of version 0 with one signer: nothing but the signature.</summary>
    private static bool VerifyRaw(Signer signer, bool isCompat, in SignedTree tree, ReadOnlySpan<byte> signature) =>
        signature.Length == Sodium.SignatureBytes
        && VerifyOne(signer, isCompat ? null : signer.Namespace, tree, signature);

    private static bool VerifyContainer(Manifest manifest, in SignedTree tree, ReadOnlySpan<byte> container)
    {
        var reader = new CompactReader(container);
        var count = reader.ReadCount(Manifest.MaxSigners, MinProofBytes);
        if (count < manifest.Quorum)
            return false;
        var used = 0UL; // one bit for each of at most 64 signers
        for (var i = 0; i < count; i++)
        {
            var signature = ReadProof(ref reader, manifest.Version, out var signer);
            if (reader.Failed)
                return false;
            if (i >= manifest.Quorum)
                continue;
            if (signer >= (ulong)manifest.Signers.Length || (used & (1UL << (int)signer)) != 0)
                return false;
            used |= 1UL << (int)signer;
            var by = manifest.Signers[(int)signer];
            if (!VerifyOne(by, manifest.Version == 0 ? by.Namespace : tree.Key.Bytes, tree, signature))
                return false;
        }
        return EndsWithNodes(ref reader);
    }

    /// <summary>
    /// A signer and its signature. What is said of a patch is without meaning where the manifest doesn't allow any.
    /// </summary>
    private static ReadOnlySpan<byte> ReadProof(ref CompactReader reader, int version, out ulong signer)
    {
        var flags = version == 0 ? reader.ReadUInt() : 0;
        signer = reader.ReadUInt();
        var signature = reader.ReadFixed(Sodium.SignatureBytes);
        if (version > 0)
        {
            reader.ReadUInt();
        }
        else if ((flags & PatchFlag) != 0)
        {
            reader.ReadUInt(); // where it starts
            reader.ReadUInt(); // and how long it is
            var count = reader.ReadCount(NodeList.MaxCount, 1);
            for (var i = 0; i < count; i++)
                reader.ReadUInt();
        }
        return signature;
    }

    private static bool EndsWithNodes(ref CompactReader reader)
    {
        var count = reader.ReadCount(NodeList.MaxCount, TreeNode.MinEncodedBytes);
        for (var i = 0; i < count; i++)
            TreeNode.Read(ref reader);
        return !reader.Failed;
    }

    /// <param name="context">What the signature is bound to; null of an old core, where it is bound to nothing.</param>
    private static bool VerifyOne(Signer signer, Bytes32? context, in SignedTree tree, ReadOnlySpan<byte> signature)
    {
        Span<byte> signable = stackalloc byte[Caps.SignableBytes];
        var size = Caps.WriteSignable(signable, context, tree.Hash, tree.Length, tree.Fork);
        Span<byte> publicKey = stackalloc byte[Bytes32.Size];
        signer.PublicKey.Bytes.CopyTo(publicKey);
        return Sodium.Verify(signature, signable[..size], publicKey);
    }

    private readonly record struct SignedTree(CoreKey Key, Bytes32 Hash, ulong Length, ulong Fork);
}
