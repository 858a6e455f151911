namespace Gatehouse.Hypercore.Multiplexing;

/// <summary>Gives the lowest number that is free, from 1 on. Not thread-safe.</summary>
internal sealed class LocalNumbers
{
    private readonly List<MuxChannel?> holders = [];
    private readonly SortedSet<ulong> free = [];

    public int InUse => holders.Count - free.Count;

    public ulong Take(MuxChannel holder)
    {
        if (free.Count > 0)
        {
            var number = free.Min;
            free.Remove(number);
            holders[(int)number - 1] = holder;
            return number;
        }
        holders.Add(holder);
        return (ulong)holders.Count;
    }

    public MuxChannel? Find(ulong number) =>
        number > 0 && number <= (ulong)holders.Count ? holders[(int)number - 1] : null;

    public void Free(ulong number)
    {
        holders[(int)number - 1] = null;
        free.Add(number);
    }
}
