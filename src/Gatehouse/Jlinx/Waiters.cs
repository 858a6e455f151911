namespace Gatehouse.Jlinx;

/// <summary>
/// Wakes requests of this node that wait for something to happen to a pair. Word can get lost between nodes, so whoever
/// waits looks again by the clock too.
/// </summary>
internal sealed class Waiters
{
    /// <summary>Of one ticket: more than anybody has windows. Whoever else waits for the same pair has nothing to do with it.</summary>
    private const int MostAtOnce = 32;

    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Listener>> listeners = new(StringComparer.Ordinal);

    /// <summary>Null where too many wait with the same ticket already.</summary>
    /// <param name="ticketId">Its request's id.</param>
    public Listener? Listen(string pairId, string ticketId)
    {
        lock (gate)
        {
            if (!listeners.TryGetValue(pairId, out var those))
                listeners[pairId] = those = [];
            if (those.Count(listener => listener.TicketId == ticketId) >= MostAtOnce)
                return null;
            var listener = new Listener(this, pairId, ticketId);
            those.Add(listener);
            return listener;
        }
    }

    public void Wake(string pairId)
    {
        lock (gate)
        {
            if (listeners.TryGetValue(pairId, out var those))
                those.ForEach(listener => listener.Tell());
        }
    }

    private void Leave(string pairId, Listener listener)
    {
        lock (gate)
        {
            if (listeners.TryGetValue(pairId, out var those) && those.Remove(listener) && those.Count == 0)
                listeners.Remove(pairId);
        }
    }

    /// <summary>Somebody who waits, until it is disposed of.</summary>
    internal sealed class Listener(Waiters waiters, string pairId, string ticketId) : IDisposable
    {
        private TaskCompletionSource news = NewNews();

        public string TicketId => ticketId;

        /// <summary>Ends at the next word of the pair. Ask for it before looking at what is waited for.</summary>
        public Task NextAsync() => Volatile.Read(ref news).Task;

        public void Tell() => Interlocked.Exchange(ref news, NewNews()).SetResult();

        public void Dispose() => waiters.Leave(pairId, this);

        private static TaskCompletionSource NewNews() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
