using System.Numerics;
using Gatehouse.Hypercore.Replication.Messages;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// What we asked the other side for: at most 64 at a time, under ids from 1 to 64. Nothing is allocated for one more
/// question. Not thread-safe.
/// </summary>
internal sealed class AskedOfThem
{
    public const int Max = 64; // enough to keep a loopback busy; a slow line holds as many blocks in flight

    private readonly RequestMessage[] requests = new RequestMessage[Max];
    private ulong free = ulong.MaxValue; // a bit for each id

    public int Count => Max - BitOperations.PopCount(free);

    public bool IsFull => free == 0;

    /// <summary>Gives the request its id.</summary>
    public RequestMessage Add(RequestMessage request)
    {
        var slot = BitOperations.TrailingZeroCount(free);
        free &= ~(1UL << slot);
        return requests[slot] = request with { Id = (ulong)slot + 1 };
    }

    public bool TryTake(ulong id, out RequestMessage request)
    {
        request = default;
        if (id is 0 or > Max || (free >> (int)(id - 1) & 1) != 0)
            return false;
        free |= 1UL << (int)(id - 1);
        request = requests[id - 1];
        return true;
    }
}
