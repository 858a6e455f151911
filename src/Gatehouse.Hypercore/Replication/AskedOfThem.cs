using System.Numerics;
using Gatehouse.Hypercore.Replication.Messages;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// What we asked the other side for: at most 64 at a time, under ids from 1 to 64. Nothing is allocated for one more
/// question. Not thread-safe.
/// </summary>
/// <remarks>
/// Each question has its own time. An answer shows that those asked after it only wait for their turn, so their time
/// begins again; those asked before it were passed over, so that who answers all but one is found out.
/// </remarks>
internal sealed class AskedOfThem
{
    public const int Max = 64; // enough to keep a loopback busy; a slow line holds as many blocks in flight

    private RequestMessage[] requests = []; // until something is asked: who only opens channels costs little
    private readonly ulong[] turns = new ulong[Max]; // which was asked before which
    private readonly long[] waitsSince = new long[Max];
    private ulong lastTurn;
    private ulong free = ulong.MaxValue; // a bit for each id

    public bool IsFull => free == 0;

    /// <summary>Since when the one waits that waits longest; null when none does.</summary>
    public long? Oldest
    {
        get
        {
            long? oldest = null;
            for (var used = ~free; used != 0; used &= used - 1)
            {
                var since = waitsSince[BitOperations.TrailingZeroCount(used)];
                oldest = oldest < since ? oldest : since;
            }
            return oldest;
        }
    }

    /// <summary>Gives the request its id.</summary>
    public RequestMessage Add(RequestMessage request, long now)
    {
        var slot = BitOperations.TrailingZeroCount(free);
        if (requests.Length == 0)
            requests = new RequestMessage[Max];
        free &= ~(1UL << slot);
        (turns[slot], waitsSince[slot]) = (++lastTurn, now);
        return requests[slot] = request with { Id = (ulong)slot + 1 };
    }

    public bool TryTake(ulong id, long now, out RequestMessage request)
    {
        request = default;
        if (id is 0 or > Max || (free >> (int)(id - 1) & 1) != 0)
            return false;
        free |= 1UL << (int)(id - 1);
        request = requests[id - 1];
        for (var used = ~free; used != 0; used &= used - 1)
        {
            var slot = BitOperations.TrailingZeroCount(used);
            if (turns[slot] > turns[id - 1])
                waitsSince[slot] = now;
        }
        return true;
    }
}
