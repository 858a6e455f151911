using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// What the other side says it has. None of it is proven, and none of it costs more than these few fields, whatever it
/// says, but for what it was asked about. Not thread-safe.
/// </summary>
internal sealed class RemoteCore
{
    private const int MaxRuns = 256; // who has more holes than that is asked about regions

    private readonly List<BlockRange> runs = []; // beyond the contiguous part, in no order

    /// <summary>Null until it has spoken.</summary>
    public SyncMessage? Sync { get; private set; }

    /// <summary>It has all blocks below this.</summary>
    public ulong Contiguous { get; private set; }

    public IReadOnlyList<BlockRange> Runs => runs;

    /// <summary>What it was asked about, beyond the contiguous part.</summary>
    public AskedRegions Regions { get; } = new();

    public ulong Length => Sync?.Length ?? 0;

    public bool Has(ulong index) =>
        index < Contiguous || Regions.Has(index) || runs.Exists(run => run.Start <= index && index - run.Start < run.Length);

    public void Apply(SyncMessage sync) => Sync = sync;

    public void Apply(RangeMessage range)
    {
        if (range.Drop)
            Drop(range.Start, range.Length);
        else
            Add(new BlockRange(range.Start, range.Length));
    }

    public void Apply(BitfieldMessage bitfield)
    {
        Drop(bitfield.Start, bitfield.Length);
        for (var run = bitfield.NextRun(bitfield.Start); run.Length > 0; run = bitfield.NextRun(run.Start + run.Length))
            Add(run);
    }

    private void Add(BlockRange range)
    {
        if (range.Length == 0)
            return;
        if (range.Start > Contiguous)
        {
            if (!Regions.Set(range, has: true) && runs.Count < MaxRuns && !runs.Contains(range))
                runs.Add(range);
            return;
        }
        Contiguous = Math.Max(Contiguous, range.Start + range.Length);
        while (runs.FindIndex(run => run.Start <= Contiguous) is var found and >= 0)
        {
            Contiguous = Math.Max(Contiguous, runs[found].Start + runs[found].Length);
            runs.RemoveAt(found);
        }
    }

    private void Drop(ulong start, ulong length)
    {
        var end = start + length;
        Regions.Set(new BlockRange(start, length), has: false);
        for (var i = runs.Count - 1; i >= 0; i--)
        {
            var run = runs[i];
            if (run.Start >= end || run.Start + run.Length <= start)
                continue;
            runs.RemoveAt(i);
            if (run.Start < start)
                runs.Add(run with { Length = start - run.Start });
            if (run.Start + run.Length > end && runs.Count < MaxRuns)
                runs.Add(new BlockRange(end, run.Start + run.Length - end));
        }
        if (start >= Contiguous || length == 0)
            return;
        var rest = new BlockRange(end, Contiguous > end ? Contiguous - end : 0);
        Contiguous = start;
        Add(rest);
    }
}
