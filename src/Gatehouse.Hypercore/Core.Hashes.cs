using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore;

public sealed partial class Core
{
    /// <summary>
    /// Returns the hash of the Merkle tree at a length: two cores with one key that have the same hash there have the
    /// same blocks up to there. Null when the core isn't so long, or not all of the tree's roots at that length are
    /// held.
    /// </summary>
    public async ValueTask<Bytes32?> TreeHashAsync(ulong length, CancellationToken cancellationToken = default)
    {
        if (length > Length)
            return null;
        if (await ReadRootsAsync(store, Key, length, cancellationToken) is not { } roots)
            return null;
        var earlier = new MerkleTree();
        earlier.Load(length, roots);
        return earlier.Hash();
    }

    /// <summary>
    /// Whether every block is as it was signed: hashes all of them anew. False too where one isn't held.
    /// </summary>
    public async ValueTask<bool> VerifyAsync(CancellationToken cancellationToken = default)
    {
        var known = head;
        var again = new MerkleTree();
        for (var index = 0UL; index < known.Length; index++)
        {
            if (await store.ReadBlockAsync(Key, index, cancellationToken) is not { } block)
                return false;
            again.AppendBlock(block.Span);
        }
        return known.Length == 0 || IsSigned(again, known.Signature.Span, Manifest ?? Manifests.Manifest.Compat(Key));
    }
}
