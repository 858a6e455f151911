namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Knows which blocks are held: all below <see cref="Contiguous"/>, and some beyond. A stranger's large index costs one
/// entry, not a bitfield up to it. Not thread-safe.
/// </summary>
internal sealed class HeldBlocks
{
    private readonly SortedSet<ulong> beyond = [];

    public ulong Contiguous { get; private set; }

    public bool Contains(ulong index) => index < Contiguous || beyond.Contains(index);

    /// <summary>False when it was held already.</summary>
    public bool Add(ulong index)
    {
        if (index != Contiguous)
            return index > Contiguous && beyond.Add(index);
        Contiguous++;
        while (beyond.Count > 0 && beyond.Min == Contiguous)
        {
            beyond.Remove(Contiguous);
            Contiguous++;
        }
        return true;
    }

    public void Add(BlockRange range)
    {
        if (range.Start <= Contiguous && range.Start + range.Length > Contiguous && beyond.Count == 0)
        {
            Contiguous = range.Start + range.Length;
            return;
        }
        for (var i = 0UL; i < range.Length; i++)
            Add(range.Start + i);
    }

    public IReadOnlyList<BlockRange> Ranges()
    {
        List<BlockRange> ranges = [];
        if (Contiguous > 0)
            ranges.Add(new BlockRange(0, Contiguous));
        foreach (var index in beyond)
        {
            if (ranges.Count > 0 && ranges[^1] is var last && last.Start + last.Length == index)
                ranges[^1] = last with { Length = last.Length + 1 };
            else
                ranges.Add(new BlockRange(index, 1));
        }
        return ranges;
    }
}
