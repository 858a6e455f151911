using System.Buffers;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore;

// What peers ask of a core and tell it. Security-critical: nothing is committed, and so nothing served or read, that
// wasn't proven against a signature of the manifest that the core key is the hash of; nothing is answered above the
// length that is on the disk; two signed histories freeze the core for good.
public sealed partial class Core
{
    private readonly Lock handlersGate = new();
    private Action<CoreChange>? handlers;
    private readonly ulong[] openIndex = new ulong[1]; // both touched by who holds the gate
    private readonly TreeNode?[] openNode = new TreeNode?[1];
    private ProofPlan? sparePlan; // answering costs no allocation while one peer asks at a time

    internal ICoreStore Store => store;

    /// <summary>What is being asked of peers.</summary>
    internal Claims Claims { get; } = new();

    /// <summary>Peers that say our own core is longer than we know.</summary>
    internal Sightings Sightings { get; } = new();

    /// <summary>
    /// Dismisses every claim by a peer that this core is longer than what is held: for an operator who is certain that
    /// the store is no old copy. A wrong certainty ends the core.
    /// </summary>
    public void DismissSightings() => Sightings.Clear();

    /// <summary>
    /// Has the handler told of each change, after it is on the disk, on the thread that made it. A handler only wakes
    /// somebody: it neither blocks nor throws, so that a dead connection can't hold up the writer.
    /// </summary>
    internal void Subscribe(Action<CoreChange> handler)
    {
        lock (handlersGate)
            handlers += handler;
    }

    internal void Unsubscribe(Action<CoreChange> handler)
    {
        lock (handlersGate)
            handlers -= handler;
    }

    /// <summary>
    /// Writes the body of a data message behind what is in <paramref name="output"/>, or nothing when there is no
    /// proof.
    /// </summary>
    internal async ValueTask<Answer> ProveAsync(
        RequestMessage request, PooledBuffer output, CancellationToken cancellationToken)
    {
        var known = head; // append-only: what is below this length stays as it is
        var plan = Interlocked.Exchange(ref sparePlan, null) ?? new ProofPlan();
        try
        {
            var answer = await ProveAsync(request, plan, known, output, cancellationToken);
            if (answer == Answer.Proof || !request.Manifest || known.Manifest.IsEmpty || known.IsFrozen)
                return answer;
            ProofWriter.WriteManifest(output.Writer, request, known);
            return Answer.Proof;
        }
        finally
        {
            sparePlan = plan;
        }
    }

    /// <summary>Claims the next block of the range that is neither held nor asked of another peer.</summary>
    internal bool TryClaimNext(object owner, BlockRange range, out ulong index)
    {
        lock (heldGate)
            return Claims.TryClaimNext(owner, held, range, out index);
    }

    /// <summary>How many levels up a block's proof must go until it meets a node that is held.</summary>
    internal async ValueTask<ulong> CountMissingAsync(ulong index, CancellationToken cancellationToken)
    {
        var length = Length;
        if (index >= length)
            return 0;
        var indexes = ArrayPool<ulong>.Shared.Rent(FlatTree.MaxDepth);
        var nodes = ArrayPool<TreeNode?>.Shared.Rent(FlatTree.MaxDepth);
        try
        {
            var count = 0;
            for (var cursor = new TreeCursor(2 * index); !cursor.Contains(2 * length); cursor.MoveToParent())
                indexes[count++] = cursor.Index;
            await store.ReadNodesAsync(Key, indexes.AsMemory(0, count), nodes.AsMemory(0, count), cancellationToken);
            var missing = Array.FindIndex(nodes, 0, count, node => node is not null);
            return (ulong)(missing < 0 ? count : missing);
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(indexes);
            ArrayPool<TreeNode?>.Shared.Return(nodes);
        }
    }

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

    private async ValueTask<Answer> ProveAsync(
        RequestMessage request, ProofPlan plan, CoreHead known, PooledBuffer output,
        CancellationToken cancellationToken)
    {
        if (request.Fork != 0 || known.IsFrozen)
            return Answer.NotAvailable;
        if (request is { Seek: not null, Block: null, Hash: null, Upgrade: null, Manifest: false })
            return Answer.NotAvailable; // seeking is not offered; beside something else it is left out
        if (plan.Make(request, known.Length) is var answer && answer != Answer.Proof)
            return answer;
        ReadOnlyMemory<byte>? block = null;
        if (request.Block is { } asked && known.Length > 0)
        {
            block = await store.ReadBlockAsync(Key, asked.Index, cancellationToken);
            if (block is null)
                return Answer.NotAvailable;
        }
        if (plan.Indexes.Length > 0)
        {
            await store.ReadNodesAsync(Key, plan.Indexes, plan.Nodes, cancellationToken);
            foreach (var node in plan.Nodes.Span)
            {
                if (node is null)
                    return Answer.NotAvailable; // a reader that skipped it
            }
        }
        ProofWriter.Write(output.Writer, request, plan, block, known);
        return Answer.Proof;
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

    /// <summary>
    /// A proof from nothing: true and of another history than ours, it convicts the signers. That we can't compare (a
    /// part of our tree isn't held) convicts nobody.
    /// </summary>
    private async ValueTask<Verdict> TryConvictAsync(DataMessage data, CancellationToken cancellationToken)
    {
        if (data.Fork != 0 || head.IsFrozen || data.Upgrade is not { } upgrade || upgrade.Length > head.Length)
            return Verdict.Refused;
        batch.Reset();
        TreeNode? none = null;
        if (!ProofCheck.TryUpgrade(upgrade, batch, ref none, isComputed: false))
            return Verdict.Refused;
        var theirs = batch.Roots.ToArray(); // before what comes after them takes them up
        var manifest = Manifest ?? Manifest.Compat(Key);
        if (!ProofCheck.TryAdditional(upgrade, batch) || !IsSigned(batch, upgrade.Signature.Span, manifest))
            return Verdict.Refused;
        var roots = upgrade.Length == head.Length
            ? tree.Roots.ToArray()
            : await ReadRootsAsync(store, Key, upgrade.Length, cancellationToken);
        if (roots is null)
            return Verdict.Refused;
        if (IsSameHistory(roots, theirs))
            return Verdict.Late;
        return await FreezeAsync(upgrade.Length, data.Body, cancellationToken);
    }

    /// <summary>
    /// Compares roots by their hashes alone. Must never compare sizes: a hash commits to its own node's size, but of
    /// two that were sent and merged the signature covers only the sum of the sizes that were said.
    /// </summary>
    private static bool IsSameHistory(ReadOnlySpan<TreeNode> ours, ReadOnlySpan<TreeNode> theirs)
    {
        var isSame = ours.Length == theirs.Length;
        for (var i = 0; isSame && i < ours.Length; i++)
            isSame = ours[i].Index == theirs[i].Index && ours[i].Hash == theirs[i].Hash;
        return isSame;
    }

    private async ValueTask<Verdict> FreezeAsync(
        ulong length, ReadOnlyMemory<byte> theirs, CancellationToken cancellationToken)
    {
        using var ours = new PooledBuffer();
        var request = new RequestMessage { Upgrade = new UpgradeRequest(0, length), Manifest = true };
        if (await ProveAsync(request, ours, cancellationToken) != Answer.Proof)
            await ProveAsync(request with { Upgrade = new(0, head.Length) }, ours, cancellationToken);
        var next = head with { IsFrozen = true };
        var commit = new CoreCommit
        {
            ExpectedLength = head.Length,
            Head = next,
            Evidence = new Evidence(ours.Written.ToArray(), theirs.ToArray(), time.GetUtcNow()),
        };
        if (!await TryCommitAsync(commit, cancellationToken))
            return Verdict.Late;
        head = next;
        return Verdict.Conflict;
    }

    private void Tell(CoreChange change)
    {
        signal.Set();
        handlers?.Invoke(change);
    }
}
