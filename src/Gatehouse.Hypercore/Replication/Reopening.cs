using Gatehouse.Hypercore.Multiplexing;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// Which cores are to be spoken of again on one connection, and when: after 1 second, then twice as long each time, up
/// to 60. And which never. Safe for use by several threads.
/// </summary>
internal sealed class Reopening(TimeProvider time)
{
    private const int MaxDoublings = 6;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly Dictionary<ChannelName, Pause> pauses = [];
    private readonly HashSet<ChannelName> distrusted = [];

    public bool IsDistrusted(ChannelName name)
    {
        lock (gate)
            return distrusted.Contains(name);
    }

    public void Distrust(ChannelName name)
    {
        lock (gate)
            distrusted.Add(name);
    }

    public void Add(ServedCore served)
    {
        lock (gate)
        {
            var times = pauses.TryGetValue(served.Name, out var before) ? Math.Min(before.Times + 1, MaxDoublings) : 0;
            pauses[served.Name] = new Pause(served, time.GetTimestamp(), times, IsTaken: false);
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

    private sealed record Pause(ServedCore Served, long Since, int Times, bool IsTaken)
    {
        public TimeSpan Length => Times >= MaxDoublings ? Longest : TimeSpan.FromSeconds(1 << Times);
    }
}
