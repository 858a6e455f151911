using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Cores;

/// <summary>
/// Judges proofs from nothing, which convict the signers when two of them differ. Promises: roots only of a tree that
/// is signed, and a difference only where hashes differ that signatures cover.
/// </summary>
internal static class History
{
    /// <summary>
    /// The roots at the length that the proof is of, on the way to the one that is signed. Null when it is no proof.
    /// </summary>
    public static TreeNode[]? Read(DataMessage data, MerkleTree batch, Manifest by, CoreKey key)
    {
        if (data.Fork != 0 || data.Upgrade is not { } upgrade)
            return null;
        batch.Reset();
        TreeNode? none = null;
        if (!ProofCheck.TryUpgrade(upgrade, batch, ref none, isComputed: false))
            return null;
        var roots = batch.Roots.ToArray(); // before what comes after them takes them up
        return ProofCheck.TryAdditional(upgrade, batch)
            && TreeSignature.Verify(by, key, batch.Hash(), batch.Length, data.Fork, upgrade.Signature.Span)
                ? roots
                : null;
    }

    /// <summary>
    /// Compares roots by their hashes alone. Must never compare sizes: a hash commits to its own node's size, but of
    /// two that were sent and merged the signature covers only the sum of the sizes that were said.
    /// </summary>
    public static bool IsSame(ReadOnlySpan<TreeNode> ours, ReadOnlySpan<TreeNode> theirs)
    {
        var isSame = ours.Length == theirs.Length;
        for (var i = 0; isSame && i < ours.Length; i++)
            isSame = ours[i].Index == theirs[i].Index && ours[i].Hash == theirs[i].Hash;
        return isSame;
    }

    /// <summary>Whether both messages are signed for this core and say different things of one length.</summary>
    public static bool Differ(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other, CoreKey key)
    {
        if (!DataMessage.TryDecode(one, out var first) || !DataMessage.TryDecode(other, out var second)
            || first.Upgrade?.Length != second.Upgrade?.Length)
        {
            return false;
        }
        var told = first.Manifest ?? second.Manifest;
        if (told is not null && told.Key != key)
            return false;
        var manifest = told ?? Manifest.Compat(key);
        var batch = new MerkleTree();
        return Read(first, batch, manifest, key) is { } ours
            && Read(second, batch, manifest, key) is { } theirs
            && !IsSame(ours, theirs);
    }
}
