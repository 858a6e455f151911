using Gatehouse.Hypercore.Multiplexing;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// Which cores are to be spoken of again on one connection, and when: after 1 second, then twice as long each time, up
/// to 60, and from 1 again when there was none for a minute. And which never. Safe for use by several threads.
/// </summary>
internal sealed class Reopening(TimeProvider time)
{
    private const int MaxDoublings = 6;

    // Both of a frozen core and the one that was asked for, with room. Each costs a signature's check and reads of the
    // store, while nobody else may change the core. They are counted here: a channel can be closed and opened again.
    private const int MostHistories = 8;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly Dictionary<ChannelName, Pause> pauses = [];
    private readonly HashSet<ChannelName> distrusted = [];
    private readonly Dictionary<ChannelName, int> histories = [];

    /// <summary>Whether the other side may not speak of it either, not yet or never.</summary>
    public bool IsRefused(ChannelName name)
    {
        lock (gate)
        {
            return distrusted.Contains(name)
                || (pauses.TryGetValue(name, out var pause) && pause.IsRefused && time.GetElapsedTime(pause.Since) < pause.Length);
        }
    }

    public void Distrust(ChannelName name)
    {
        lock (gate)
            distrusted.Add(name);
    }

    /// <summary>False when the other side has shown too many histories of this core, to convict its signers.</summary>
    public bool TryShow(ChannelName name)
    {
        lock (gate)
            return (histories[name] = histories.GetValueOrDefault(name) + 1) <= MostHistories;
    }

    /// <param name="isRefused">Whether the other side may not begin before, either.</param>
    public void Add(ServedCore served, bool isRefused)
    {
        lock (gate)
        {
            var goesOn = pauses.TryGetValue(served.Name, out var before)
                && time.GetElapsedTime(before.Since) < before.Length + Longest;
            var times = goesOn ? Math.Min(before!.Times + 1, MaxDoublings) : 0;
            pauses[served.Name] = new Pause(served, time.GetTimestamp(), times, isRefused, IsTaken: false);
        }
    }

    public void Forget(ChannelName name)
    {
        lock (gate)
            pauses.Remove(name);
    }

    public bool TryTakeDue(out ServedCore served)
    {
        lock (gate)
        {
            foreach (var (name, pause) in pauses)
            {
                if (pause.IsTaken || time.GetElapsedTime(pause.Since) < pause.Length)
                    continue;
                pauses[name] = pause with { IsTaken = true }; // its length is remembered for the next time
                served = pause.Served;
                return true;
            }
        }
        served = null!;
        return false;
    }

    private sealed record Pause(ServedCore Served, long Since, int Times, bool IsRefused, bool IsTaken)
    {
        public TimeSpan Length => Times >= MaxDoublings ? Longest : TimeSpan.FromSeconds(1 << Times);
    }
}
