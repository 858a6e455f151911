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
        var isCompat = manifest.IsCompat(key);
        if (isCompat || manifest is { Version: 0, Signers.Length: 1 })
        {
            return container.Length == Sodium.SignatureBytes
                && VerifyOne(manifest.Signers[0], isCompat, manifest.Version, key, treeHash, length, fork, container);
        }

        var reader = new CompactReader(container);
        var count = reader.ReadCount(Manifest.MaxSigners, MinProofBytes);
        if (count < manifest.Quorum)
            return false;
        var used = 0UL; // one bit for each of at most 64 signers
        for (var i = 0; i < count; i++)
        {
            var signer = reader.ReadUInt();
            var signature = reader.ReadFixed(Sodium.SignatureBytes);
            reader.ReadUInt(); // patch: without meaning where the manifest doesn't allow any
            if (reader.Failed)
                return false;
            if (i >= manifest.Quorum)
                continue;
            if (signer >= (ulong)manifest.Signers.Length || (used & (1UL << (int)signer)) != 0)
                return false;
            used |= 1UL << (int)signer;
            var by = manifest.Signers[(int)signer];
            if (!VerifyOne(by, false, manifest.Version, key, treeHash, length, fork, signature))
                return false;
        }
        return EndsWithNodes(ref reader);
    }

    private static bool EndsWithNodes(ref CompactReader reader)
    {
        var count = reader.ReadCount(NodeList.MaxCount, TreeNode.MinEncodedBytes);
        for (var i = 0; i < count; i++)
            TreeNode.Read(ref reader);
        return !reader.Failed;
    }

    private static bool VerifyOne(
        Signer signer, bool isCompat, int version, CoreKey key, Bytes32 treeHash, ulong length, ulong fork,
        ReadOnlySpan<byte> signature)
    {
        Span<byte> signable = stackalloc byte[Caps.SignableBytes];
        Bytes32? context = isCompat ? null : version == 0 ? signer.Namespace : key.Bytes;
        var size = Caps.WriteSignable(signable, context, treeHash, length, fork);
        Span<byte> publicKey = stackalloc byte[Bytes32.Size];
        signer.PublicKey.Bytes.CopyTo(publicKey);
        return Sodium.Verify(signature, signable[..size], publicKey);
    }
}
