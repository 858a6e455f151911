namespace Gatehouse.Hypercore.Cores;

/// <summary>
/// Remembers which peers say that our own core is longer than we know: the sign of a restored backup. Appending then would
/// sign a second history, so a sighting outlives its connection. It ends when we have caught up, when the peer is found to
/// have no proof, or when an operator says so. Safe for use by several threads.
/// </summary>
internal sealed class Sightings
{
    private readonly Lock gate = new();
    private readonly Dictionary<object, ulong> lengths = [];

    /// <summary>The greatest length that somebody claims and nobody disproved; 0 when none does.</summary>
    public ulong Longest { get; private set; }

    public void Add(object peer, ulong length)
    {
        lock (gate)
        {
            lengths[peer] = length;
            Longest = Math.Max(Longest, length);
        }
    }

    /// <summary>The peer had its chance and proved nothing.</summary>
    public void Disprove(object peer)
    {
        lock (gate)
        {
            lengths.Remove(peer);
            Longest = lengths.Count == 0 ? 0 : lengths.Values.Max();
        }
    }

    /// <summary>Forgets what is no longer news.</summary>
    public void CaughtUp(ulong length)
    {
        lock (gate)
        {
            if (Longest > length || lengths.Count == 0)
                return;
            lengths.Clear();
            Longest = 0;
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            lengths.Clear();
            Longest = 0;
        }
    }
}
