using Gatehouse.Hypercore.Replication.Messages;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// What the other side asked for and has no answer to yet, in its order. Bounded: who asks and doesn't read the answers
/// costs that much and no more. Not thread-safe.
/// </summary>
internal sealed class AskedOfUs
{
    private const int MaxWaiting = 1024; // the npm package asks for 512 at most

    private readonly LinkedList<RequestMessage> waiting = [];
    private readonly Dictionary<ulong, LinkedListNode<RequestMessage>> byId = [];

    /// <summary>False when there are too many. An id that is in use replaces what it meant.</summary>
    public bool TryAdd(RequestMessage request)
    {
        Cancel(request.Id);
        if (byId.Count >= MaxWaiting)
            return false;
        byId.Add(request.Id, waiting.AddLast(request));
        return true;
    }

    public void Cancel(ulong id)
    {
        if (byId.Remove(id, out var node))
            waiting.Remove(node);
    }

    public bool TryTake(out RequestMessage request)
    {
        request = default;
        if (waiting.First is not { } node)
            return false;
        request = node.Value;
        byId.Remove(request.Id);
        waiting.RemoveFirst();
        return true;
    }
}
