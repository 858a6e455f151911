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
    private long claimed = -1;

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
    /// The greatest length that a peer has claimed since the core was opened; null until one has spoken of it. It isn't
    /// proven: it tells that a writer's blocks have arrived, and a reader how much there is to wait for.
    /// </summary>
    public ulong? ClaimedLength => Interlocked.Read(ref claimed) is var length and >= 0 ? (ulong)length : null;

    /// <summary>
    /// The greatest length that is taken from peers; without it there is none. Blocks come as they are asked for, but a
    /// signed length is taken from whoever says one, and brings nodes with it: who reads strangers' cores bounds that here.
    /// A longer one is left as short as it is, and <see cref="ClaimedLength"/> tells.
    /// </summary>
    public ulong MaxLength { get; set; } = ulong.MaxValue;

    /// <summary>
    /// Waits until a peer has spoken of this core, and returns what it says its length is; at once when one has. What a
    /// peer saw of a writer's core is known to this process alone: a writer whose store may be an old copy waits for
    /// this each time it starts, before it appends.
    /// </summary>
    public async ValueTask<ulong> HeardAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var change = signal.Next;
            if (ClaimedLength is { } length)
                return length;
            await change.WaitAsync(cancellationToken);
        }
    }

    internal void OnClaim(ulong length)
    {
        long known;
        do
        {
            known = Interlocked.Read(ref claimed);
        }
        while (known < (long)length && Interlocked.CompareExchange(ref claimed, (long)length, known) != known);
        if (known < 0)
            signal.Set();
    }

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
        var plan = ProofPlan.Borrow();
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
            plan.Return();
        }
    }

    /// <summary>Claims the next block of the range that is neither held nor asked of another peer.</summary>
    internal bool TryClaimNext(object owner, BlockRange range, bool wantsAll, out ulong index)
    {
        lock (heldGate)
            return Claims.TryClaimNext(owner, held, range, wantsAll, out index);
    }

    /// <summary>The first block from there on that is wanted, not held and asked of nobody.</summary>
    internal bool TryFindWanted(ulong from, ulong end, bool wantsAll, out ulong index)
    {
        lock (heldGate)
            return Claims.TryFindWanted(held, from, end, wantsAll, out index);
    }

    internal bool HasAll(BlockRange range)
    {
        lock (heldGate)
            return held.SkipHeld(range.Start) >= range.Start + range.Length;
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

    /// <summary>
    /// A proof from nothing: true and of another history than ours, it convicts the signers. That we can't compare (a
    /// part of our tree isn't held) convicts nobody.
    /// </summary>
    private async ValueTask<Verdict> TryConvictAsync(DataMessage data, CancellationToken cancellationToken)
    {
        if (head.IsFrozen || data.Upgrade is not { } upgrade || upgrade.Length > head.Length)
            return Verdict.Refused;
        if (History.Read(data, batch, Manifest ?? Manifest.Compat(Key), Key) is not { } theirs)
            return Verdict.Refused;
        var roots = upgrade.Length == head.Length
            ? tree.Roots.ToArray()
            : await ReadRootsAsync(store, Key, upgrade.Length, cancellationToken);
        if (roots is null)
            return Verdict.Refused;
        return History.IsSame(roots, theirs) ? Verdict.Late : await FreezeAsync(upgrade, cancellationToken);
    }

    private async ValueTask<Verdict> FreezeAsync(UpgradeData upgrade, CancellationToken cancellationToken)
    {
        using PooledBuffer ours = new(), theirs = new();
        var request = new RequestMessage { Upgrade = new UpgradeRequest(0, upgrade.Length), Manifest = true };
        await ProveAsync(request, ours, cancellationToken);
        ProofWriter.WriteHistory(theirs.Writer, upgrade);
        var evidence = new Evidence(ours.Written.ToArray(), theirs.Written.ToArray(), time.GetUtcNow());
        if (!evidence.Convicts(Key))
            return Verdict.Refused; // a part of our proof isn't held, and nobody would believe our word
        var next = head with { IsFrozen = true };
        var commit = new CoreCommit
        {
            ExpectedLength = head.Length,
            ExpectedSignature = head.Signature,
            Head = next,
            Evidence = evidence,
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
