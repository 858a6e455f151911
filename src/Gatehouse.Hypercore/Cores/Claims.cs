using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore.Cores;

/// <summary>
/// Knows what is being asked of whom, for all peers of one core, so that no block and no upgrade is asked for twice. An
/// owner is a peer's channel; when it goes it releases all. What a late one has claimed may be claimed by any other, so
/// that nobody is held up by who takes everything and answers nothing. Safe for use by several threads.
/// </summary>
internal sealed class Claims
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, object> blocks = [];
    private readonly SortedSet<ulong> wanted = [];
    private readonly Dictionary<ulong, int> waiting = []; // how many for each that is wanted
    private readonly HashSet<object> late = [];
    private object? upgrade;

    public bool TryClaimUpgrade(object owner)
    {
        lock (gate)
        {
            if (!IsFree(upgrade, owner))
                return false;
            upgrade = owner;
            return true;
        }
    }

    public bool TryClaimBlock(object owner, ulong index)
    {
        lock (gate)
            return TryTake(owner, index);
    }

    /// <summary>The owner is late. False when it has claimed nothing.</summary>
    public bool Share(object owner)
    {
        lock (gate)
        {
            var hasClaims = upgrade == owner || blocks.ContainsValue(owner);
            if (hasClaims)
                late.Add(owner);
            return hasClaims;
        }
    }

    /// <summary>The owner is no longer late.</summary>
    public void Keep(object owner)
    {
        lock (gate)
            late.Remove(owner);
    }

    /// <summary>Claims the first block of the range that is wanted, not held and not claimed.</summary>
    /// <param name="wantsAll">Whether every block is wanted, or only those that somebody waits for.</param>
    public bool TryClaimNext(object owner, HeldBlocks held, BlockRange range, bool wantsAll, out ulong index)
    {
        lock (gate)
        {
            var end = range.Start + range.Length;
            index = range.Start;
            if (!wantsAll)
            {
                foreach (var candidate in range.Length == 0 ? [] : wanted.GetViewBetween(range.Start, end - 1))
                {
                    if (!held.Contains(candidate) && TryTake(owner, candidate))
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
                if (TryTake(owner, index))
                    return true;
            }
            return false;
        }
    }

    /// <summary>The first block from there on that is wanted, not held and not claimed.</summary>
    public bool TryFindWanted(HeldBlocks held, ulong from, ulong end, bool wantsAll, out ulong index)
    {
        lock (gate)
        {
            index = from;
            if (from >= end)
                return false;
            if (!wantsAll)
            {
                foreach (var candidate in wanted.GetViewBetween(from, end - 1))
                {
                    index = candidate;
                    if (!held.Contains(index) && !blocks.ContainsKey(index))
                        return true;
                }
                return false;
            }
            for (index = held.SkipHeld(from); index < end; index = held.SkipHeld(index + 1))
            {
                if (!blocks.ContainsKey(index))
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
            late.Remove(owner);
            if (upgrade == owner)
                upgrade = null;
            foreach (var (index, by) in blocks)
            {
                if (by == owner)
                    blocks.Remove(index); // allowed while enumerating a dictionary
            }
        }
    }

    private bool TryTake(object owner, ulong index)
    {
        if (!IsFree(blocks.GetValueOrDefault(index), owner))
            return false;
        blocks[index] = owner;
        return true;
    }

    /// <summary>Not to the one that has it: it has asked already. Nor to one that is late itself.</summary>
    private bool IsFree(object? by, object owner) =>
        by is null || (by != owner && late.Contains(by) && !late.Contains(owner));
}
