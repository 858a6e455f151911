namespace Gatehouse.Hypercore.Cores;

/// <summary>
/// Remembers which peers say that our own core is longer than we know: the sign of a restored backup. Appending then
/// would sign a second history, so a sighting outlives its connection, but not the process. It ends when we have caught up, when the peer's
/// proof was false, or when an operator says so; not when the peer has no proof for us, which an honest one may lack.
/// Safe for use by several threads.
/// </summary>
internal sealed class Sightings
{
    /// <summary>Names cost a liar nothing: above this the claims count, but not whose they are.</summary>
    private const int MostPeers = 256;

    private readonly Lock gate = new();
    private readonly Dictionary<object, ulong> lengths = [];
    private ulong nobodys;

    /// <summary>The greatest length that somebody claims and nobody disproved; 0 when none does.</summary>
    public ulong Longest { get; private set; }

    public void Add(object peer, ulong length)
    {
        lock (gate)
        {
            if (lengths.Count < MostPeers || lengths.ContainsKey(peer))
                lengths[peer] = Math.Max(length, lengths.GetValueOrDefault(peer));
            else
                nobodys = Math.Max(nobodys, length);
            Longest = Math.Max(Longest, length);
        }
    }

    /// <summary>What the peer sent as its proof was none.</summary>
    public void Disprove(object peer)
    {
        lock (gate)
        {
            lengths.Remove(peer);
            Longest = Math.Max(nobodys, lengths.Count == 0 ? 0 : lengths.Values.Max());
        }
    }

    /// <summary>Forgets what is no longer news.</summary>
    public void CaughtUp(ulong length)
    {
        lock (gate)
        {
            if (Longest <= length)
                Forget();
        }
    }

    public void Clear()
    {
        lock (gate)
            Forget();
    }

    private void Forget()
    {
        if (Longest == 0)
            return;
        lengths.Clear();
        nobodys = Longest = 0;
    }
}
