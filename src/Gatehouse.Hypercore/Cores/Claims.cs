using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore.Cores;

/// <summary>
/// Knows what is being asked of whom, for all peers of one core, so that no block and no upgrade is asked for twice. An
/// owner is a peer's channel; when it goes it releases all. Safe for use by several threads.
/// </summary>
internal sealed class Claims
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, object> blocks = [];
    private readonly SortedSet<ulong> wanted = [];
    private readonly Dictionary<ulong, int> waiting = []; // how many for each that is wanted
    private object? upgrade;

    /// <summary>Whether every block is wanted, or only those that somebody waits for.</summary>
    public bool WantsAll { get; set; } = true;

    public bool TryClaimUpgrade(object owner)
    {
        lock (gate)
        {
            if (upgrade is not null)
                return false;
            upgrade = owner;
            return true;
        }
    }

    public bool TryClaimBlock(object owner, ulong index)
    {
        lock (gate)
            return blocks.TryAdd(index, owner);
    }

    /// <summary>Claims the first block of the range that is wanted, not held and not claimed.</summary>
    public bool TryClaimNext(object owner, HeldBlocks held, BlockRange range, out ulong index)
    {
        lock (gate)
        {
            var end = range.Start + range.Length;
            index = range.Start;
            if (!WantsAll)
            {
                foreach (var candidate in range.Length == 0 ? [] : wanted.GetViewBetween(range.Start, end - 1))
                {
                    if (!held.Contains(candidate) && blocks.TryAdd(candidate, owner))
                    {
                        index = candidate;
                        return true;
                    }
                }
                return false;
            }
            // From gap to gap; within one at most as many steps as blocks are asked for at once.
            for (index = held.SkipHeld(range.Start); index < end; index = held.SkipHeld(index + 1))
            {
                if (blocks.TryAdd(index, owner))
                    return true;
            }
            return false;
        }
    }

    /// <summary>Once for each who waits. True when nobody waited for it before.</summary>
    public bool Want(ulong index)
    {
        lock (gate)
        {
            waiting[index] = waiting.GetValueOrDefault(index) + 1;
            return wanted.Add(index);
        }
    }

    /// <summary>Once for each who waits no more.</summary>
    public void Unwant(ulong index)
    {
        lock (gate)
        {
            if (--waiting[index] > 0)
                return;
            waiting.Remove(index);
            wanted.Remove(index);
        }
    }

    public void ReleaseUpgrade(object owner)
    {
        lock (gate)
        {
            if (upgrade == owner)
                upgrade = null;
        }
    }

    public void ReleaseBlock(object owner, ulong index)
    {
        lock (gate)
        {
            if (blocks.TryGetValue(index, out var by) && by == owner)
                blocks.Remove(index);
        }
    }

    public void ReleaseAll(object owner)
    {
        lock (gate)
        {
            if (upgrade == owner)
                upgrade = null;
            foreach (var (index, by) in blocks)
            {
                if (by == owner)
                    blocks.Remove(index); // allowed while enumerating a dictionary
            }
        }
    }
}
