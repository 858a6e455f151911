using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// What the other side has of the regions that it was asked about: a bit for each block, however many holes there are
/// between them. It costs 4 KiB for each region that we asked about and heard of, at most 256 KiB. Not thread-safe.
/// </summary>
internal sealed class AskedRegions
{
    /// <summary>The npm package wants a power of two, at a multiple of itself, and 2^21 at most.</summary>
    public const ulong RegionBlocks = 1 << 15;

    private const int Most = 64; // as many blocks as the npm package asks about at once

    private readonly Dictionary<ulong, byte[]> maps = []; // by the number of the region; empty until something is there
    private readonly List<ulong> numbers = [];

    public IReadOnlyList<ulong> Numbers => numbers;

    public bool IsFull => maps.Count == Most;

    /// <summary>False when it was asked about before, or too many were.</summary>
    public bool TryAsk(ulong number)
    {
        if (IsFull || !maps.TryAdd(number, []))
            return false;
        numbers.Add(number);
        return true;
    }

    public bool Has(ulong index) =>
        maps.TryGetValue(index / RegionBlocks, out var map) && map.Length > 0
        && (map[index % RegionBlocks / 8] >> (int)(index % 8) & 1) != 0;

    /// <summary>Which blocks of one region are there.</summary>
    public BitfieldMessage Region(ulong number) => new(number * RegionBlocks, maps[number]);

    /// <summary>Whether all of the range is of regions that were asked about, so that it is known now.</summary>
    public bool Set(BlockRange range, bool has)
    {
        if (range.Length == 0 || maps.Count == 0)
            return range.Length == 0;
        var (first, last) = (range.Start / RegionBlocks, (range.Start + range.Length - 1) / RegionBlocks);
        var known = 0UL;
        if (last - first < (ulong)maps.Count)
        {
            for (var number = first; number <= last; number++)
                known += TrySet(number, range, has) ? 1UL : 0;
        }
        else
        {
            foreach (var number in numbers)
                known += number >= first && number <= last && TrySet(number, range, has) ? 1UL : 0;
        }
        return known == last - first + 1;
    }

    private bool TrySet(ulong number, BlockRange range, bool has)
    {
        if (!maps.TryGetValue(number, out var map))
            return false;
        if (map.Length == 0 && !has)
            return true;
        if (map.Length == 0)
            maps[number] = map = new byte[RegionBlocks / 8];
        var at = Math.Max(range.Start, number * RegionBlocks);
        var end = Math.Min(range.Start + range.Length, (number + 1) * RegionBlocks);
        while (at < end)
        {
            var whole = at % 8 == 0 ? (end - at) / 8 : 0;
            if (whole > 0)
            {
                map.AsSpan((int)(at % RegionBlocks / 8), (int)whole).Fill((byte)(has ? 0xff : 0));
                at += 8 * whole;
                continue;
            }
            ref var bits = ref map[at % RegionBlocks / 8];
            bits = (byte)(has ? bits | (1 << (int)(at % 8)) : bits & ~(1 << (int)(at % 8)));
            at++;
        }
        return true;
    }
}
