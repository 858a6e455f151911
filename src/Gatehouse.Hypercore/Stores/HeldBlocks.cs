namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Knows which blocks are held, as ranges. A stranger's large index costs one entry, not a bitfield up to it, and who
/// looks for what is missing goes from range to range. Not thread-safe.
/// </summary>
internal sealed class HeldBlocks
{
    private readonly List<BlockRange> ranges = []; // ascending, and no two touch

    /// <summary>All blocks below this are held.</summary>
    public ulong Contiguous => ranges is [{ Start: 0 } first, ..] ? first.Length : 0;

    /// <summary>No block from here on is held.</summary>
    public ulong End => ranges is [.., var last] ? EndOf(last) : 0;

    public bool Contains(ulong index) => SkipHeld(index) != index;

    /// <summary>The first block from that one on that is not held.</summary>
    public ulong SkipHeld(ulong index)
    {
        var at = Find(index);
        return at < 0 ? index : Math.Max(index, EndOf(ranges[at]));
    }

    /// <summary>False when it was held already.</summary>
    public bool Add(ulong index)
    {
        if (Contains(index))
            return false;
        Add(new BlockRange(index, 1));
        return true;
    }

    public void Add(BlockRange range)
    {
        if (range.Length == 0)
            return;
        var (start, end) = (range.Start, EndOf(range));
        var first = Find(start);
        if (first < 0 || EndOf(ranges[first]) < start)
            first++;
        var last = first;
        for (; last < ranges.Count && ranges[last].Start <= end; last++)
            (start, end) = (Math.Min(start, ranges[last].Start), Math.Max(end, EndOf(ranges[last])));
        var joined = new BlockRange(start, end - start);
        if (last == first)
        {
            ranges.Insert(first, joined);
            return;
        }
        ranges[first] = joined;
        ranges.RemoveRange(first + 1, last - first - 1);
    }

    public IReadOnlyList<BlockRange> Ranges() => [.. ranges];

    private static ulong EndOf(BlockRange range) => range.Start + range.Length;

    /// <summary>The place of the last range that begins at the block or before it; -1 when none does.</summary>
    private int Find(ulong index)
    {
        var (low, high) = (0, ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ranges[middle].Start <= index)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }
}
