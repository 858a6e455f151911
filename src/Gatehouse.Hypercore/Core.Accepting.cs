using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore;

// What peers answer. Security-critical: nothing is committed, and so nothing served or read, that wasn't proven against a
// signature of the manifest that the core key is the hash of.
public sealed partial class Core
{
    private readonly ulong[] openIndex = new ulong[1]; // both touched by who holds the gate
    private readonly TreeNode?[] openNode = new TreeNode?[1];

    /// <summary>Verifies an answer and commits it. Whether it was asked for is the caller's to know.</summary>
    internal async ValueTask<Verdict> AcceptAsync(DataMessage data, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        Verdict verdict;
        CoreHead before;
        try
        {
            await RefreshAsync(cancellationToken);
            before = head;
            verdict = data.Request == 0 // which answers no question but that of two histories
                ? await TryConvictAsync(data, cancellationToken)
                : await AcceptLockedAsync(data, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
        if (head.Length > before.Length)
            Tell(new CoreChange(CoreChangeKind.Length, before.Length, head.Length - before.Length));
        if (verdict == Verdict.Accepted && data.Block is { } block)
            Tell(new CoreChange(CoreChangeKind.Blocks, block.Index, 1));
        if (verdict == Verdict.Conflict)
            Tell(new CoreChange(CoreChangeKind.Frozen, 0, 0));
        return verdict;
    }

    private async ValueTask<Verdict> AcceptLockedAsync(DataMessage data, CancellationToken cancellationToken)
    {
        if (data.Fork != 0 || head.IsFrozen || data.Block?.Value.Length > MaxBlockBytes)
            return Verdict.Refused;
        if (data.Upgrade?.Start < head.Length || (data is { Block: { } again, Upgrade: null } && Has(again.Index)))
            return Verdict.Late;
        var manifest = Manifest;
        if (manifest is null && data.Manifest is { } told)
        {
            if (told.Key != Key)
                return Verdict.Refused;
            manifest = told;
        }
        if (manifest is { IsSupported: false })
            return Verdict.Unsupported;
        batch.Reset(tree);
        if (!ProofCheck.TryApply(data, batch, out var open))
            return Verdict.Refused;
        if (open is { } node && !await IsStoredAsync(node, cancellationToken))
            return Verdict.Refused;
        if (data.Upgrade is { } upgrade
            && !IsSigned(batch, upgrade.Signature.Span, manifest ?? Manifest.Compat(Key)))
        {
            return Verdict.Refused;
        }
        if (batch.Length > MaxLength)
            return Verdict.TooLong; // it has grown since it was asked
        return await CommitAsync(data, manifest, cancellationToken);
    }

    private async ValueTask<bool> IsStoredAsync(TreeNode node, CancellationToken cancellationToken)
    {
        if (tree.Root(node.Index) is { } root)
            return root == node;
        openIndex[0] = node.Index;
        await store.ReadNodesAsync(Key, openIndex, openNode, cancellationToken);
        return openNode[0] == node;
    }

    private async ValueTask<Verdict> CommitAsync(
        DataMessage data, Manifest? manifest, CancellationToken cancellationToken)
    {
        var isNews = manifest is not null && head.Manifest.IsEmpty;
        if (data is { Block: null, Hash: null, Upgrade: null } && !isNews)
            return Verdict.Late;
        var next = data.Upgrade is null && !isNews
            ? head
            : head with
            {
                Length = batch.Length,
                Signature = data.Upgrade?.Signature.ToArray() ?? head.Signature,
                Manifest = isNews ? manifest!.Encoded.ToArray() : head.Manifest,
            };
        var commit = new CoreCommit
        {
            ExpectedLength = head.Length,
            ExpectedSignature = head.Signature,
            Head = next,
            Nodes = batch.Added,
            Blocks = data.Block is { } block ? [new StoredBlock(block.Index, block.Value)] : [],
        };
        if (!await TryCommitAsync(commit, cancellationToken))
            return Verdict.Late;
        tree.Reset(batch);
        Manifest = manifest;
        head = next;
        lock (heldGate)
        {
            if (data.Block is { } added)
                held.Add(added.Index);
            if (held.Contiguous == next.Length)
                Sightings.CaughtUp(next.Length);
        }
        return Verdict.Accepted;
    }
}
