using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore;

// What the store holds is the truth. A commit that was refused or failed may mean that the store has more than we know:
// then nothing is decided by what we know until all of it was read again.
public sealed partial class Core
{
    private static readonly CoreHead Empty = new(0, default, default, IsFrozen: false);

    private bool isStale; // touched by who holds the gate

    /// <summary>False when the store was changed by somebody else; what he did is known then.</summary>
    private async ValueTask<bool> TryCommitAsync(CoreCommit commit, CancellationToken cancellationToken)
    {
        isStale = true; // if it throws, nobody knows whether it was committed
        if (await store.CommitAsync(Key, commit, cancellationToken))
        {
            isStale = false;
            return true;
        }
        await LoadAsync(cancellationToken);
        return false;
    }

    /// <summary>Reads everything anew if the last commit's outcome is unknown.</summary>
    private ValueTask RefreshAsync(CancellationToken cancellationToken) =>
        isStale ? LoadAsync(cancellationToken) : ValueTask.CompletedTask;

    private async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        var (stored, ranges) = await ReadStateAsync(cancellationToken);
        if (stored.Length < head.Length)
            throw new InvalidDataException("The store lost blocks that it held.");
        Manifest? manifest = null;
        if (!stored.Manifest.IsEmpty
            && (!Manifest.TryDecode(stored.Manifest.Span, out manifest) || manifest.Key != Key))
        {
            throw new InvalidDataException("The stored manifest is not that of the core.");
        }
        var roots = await ReadRootsAsync(store, Key, stored.Length, cancellationToken)
            ?? throw new InvalidDataException("The store lost a root of the tree.");
        var known = stored.Length == head.Length ? roots : await ReadRootsAsync(store, Key, head.Length, cancellationToken);
        if (known is null || !History.IsSame(tree.Roots, known))
            throw new InvalidDataException("The store was set back and holds another history than it did.");
        batch.Load(stored.Length, roots);
        if (stored.Length > 0 && !IsSigned(batch, stored.Signature.Span, manifest ?? Manifest.Compat(Key)))
            throw new InvalidDataException("The stored signature is not that of the stored tree.");
        var before = head;
        tree.Reset(batch);
        Manifest = manifest;
        head = stored;
        lock (heldGate)
        {
            foreach (var range in ranges)
                held.Add(range);
            if (held.Contiguous == stored.Length)
                Sightings.CaughtUp(stored.Length);
        }
        isStale = false;
        Tell(new CoreChange(CoreChangeKind.Length, before.Length, stored.Length - before.Length));
        if (stored.IsFrozen)
            Tell(new CoreChange(CoreChangeKind.Frozen, 0, 0));
    }

    /// <summary>
    /// The head and what is held, which are two reads: another process may have appended between them.
    /// </summary>
    private async ValueTask<(CoreHead Head, IReadOnlyList<BlockRange> Held)> ReadStateAsync(
        CancellationToken cancellationToken)
    {
        var next = await store.ReadHeadAsync(Key, cancellationToken) ?? Empty;
        while (true)
        {
            var stored = next;
            var ranges = await store.ReadHeldAsync(Key, cancellationToken);
            if (ranges is not [.., var last] || last.Start + last.Length <= stored.Length)
                return (stored, ranges);
            next = await store.ReadHeadAsync(Key, cancellationToken) ?? Empty;
            if (next.Length == stored.Length)
                throw new InvalidDataException(CoreCommit.RestoredInPart);
        }
    }

    /// <summary>The roots of a tree of that length. Null when one isn't held.</summary>
    private static async ValueTask<TreeNode[]?> ReadRootsAsync(
        ICoreStore store, CoreKey key, ulong length, CancellationToken cancellationToken)
    {
        List<ulong> indexes = [];
        foreach (var root in FlatTree.Roots(length))
            indexes.Add(root);
        if (indexes.Count == 0)
            return [];
        var found = new TreeNode?[indexes.Count];
        await store.ReadNodesAsync(key, indexes.ToArray(), found, cancellationToken);
        return Array.TrueForAll(found, node => node is not null) ? Array.ConvertAll(found, node => node!.Value) : null;
    }

    private bool IsSigned(MerkleTree signed, ReadOnlySpan<byte> signature, Manifest by) =>
        TreeSignature.Verify(by, Key, signed.Hash(), signed.Length, 0, signature);
}
