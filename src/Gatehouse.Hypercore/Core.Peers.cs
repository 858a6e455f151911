using System.Buffers;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore;

// What peers claim of a core and what is asked of them. None of it is proven, and none of it changes what is held.
public sealed partial class Core
{
    private readonly Lock handlersGate = new();
    private Action<CoreChange>? handlers;
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

    private void Tell(CoreChange change)
    {
        signal.Set();
        handlers?.Invoke(change);
    }
}
