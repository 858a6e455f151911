using System.Collections.Concurrent;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;

namespace Gatehouse.Jlinx;

/// <summary>
/// Who sends what is false is talked to no more for a while: three times, and out (GH-SEC-330). A key costs nothing to
/// make, so it holds off what is broken rather than who is determined; those the limits hold.
/// </summary>
internal sealed class Strikes(TimeProvider clock)
{
    private const int Most = 3;
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<PublicKey, (int Count, long At)> struck = new();

    public bool Admit(PublicKey remote) =>
        !struck.TryGetValue(remote, out var strikes) || strikes.Count < Most || clock.GetElapsedTime(strikes.At) > Memory;

    public void Report(PublicKey remote, PeerFault fault)
    {
        if (fault is not (PeerFault.FalseProof or PeerFault.Fork))
            return;
        if (struck.Count >= MostRemembered)
            struck.Clear();
        var now = clock.GetTimestamp();
        struck.AddOrUpdate(remote, (1, now), (_, before) =>
            clock.GetElapsedTime(before.At) > Memory ? (1, now) : (before.Count + 1, now));
    }
}
