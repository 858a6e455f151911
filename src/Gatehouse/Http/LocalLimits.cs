using System.Collections.Concurrent;
using Gatehouse.Storage;

namespace Gatehouse.Http;

/// <summary>Counts in this process, for a node that is alone, or on its own for a while. A restart forgets the counts.</summary>
internal sealed class LocalLimits(TimeProvider clock) : LimitStore
{
    private const int MostKeys = 200_000; // about 50 MiB at worst; a flood of new keys must not eat the server
    private const int CountEvery = 256; // counting the keys locks all of them
    private static readonly long SweepEvery = UnixMicros.Of(TimeSpan.FromMinutes(1));
    private readonly ConcurrentDictionary<(LimitName, string), Entry> counts = new();
    private long lastSweep = clock.NowMicros();
    private int calls;

    public override Task<TimeSpan?> TryTakeAsync(Budget budget) =>
        Task.FromResult(OnStamps(budget, (stamps, now) => stamps.TryTake(budget.Rule, now)));

    public override Task<TimeSpan?> PeekAsync(Budget budget)
    {
        if (!counts.TryGetValue(budget.Id, out var entry))
            return Task.FromResult<TimeSpan?>(null);
        lock (entry)
            return Task.FromResult(entry.Stamps.Wait(budget.Rule, clock.NowMicros()));
    }

    public override Task<Attempt?> TryBeginAsync(Budget budget)
    {
        var (place, wait) = OnStamps(budget, (stamps, now) => stamps.TryBegin(budget.Rule, now));
        return Task.FromResult(wait is not null ? Attempt.Refused(wait.Value)
            : place is null ? null
            : new Attempt(outcome => Task.FromResult(End(budget, place, outcome)), null));
    }

    public override Task ForgiveAsync(Budget budget)
    {
        if (counts.TryGetValue(budget.Id, out var entry))
        {
            lock (entry)
                entry.Stamps.Clear();
        }
        return Task.CompletedTask;
    }

    /// <param name="place">Null for what another store let through: it is only counted here.</param>
    public AttemptEnd End(Budget budget, long? place, AttemptOutcome outcome) =>
        OnStamps(budget, (stamps, now) => stamps.End(budget.Rule, now, place, outcome));

    private T OnStamps<T>(Budget budget, Func<Stamps, long, T> work)
    {
        SweepSometimes(clock.NowMicros());
        while (true)
        {
            var entry = counts.GetOrAdd(budget.Id, static _ => new Entry());
            lock (entry)
            {
                if (entry.Dropped)
                    continue;
                entry.Rule = budget.Rule;
                return work(entry.Stamps, clock.NowMicros());
            }
        }
    }

    private void SweepSometimes(long now)
    {
        var last = Interlocked.Read(ref lastSweep);
        var crowded = Interlocked.Increment(ref calls) % CountEvery == 0 && counts.Count > MostKeys;
        if ((!crowded && now - last <= SweepEvery) || Interlocked.CompareExchange(ref lastSweep, now, last) != last)
            return;
        // Over the bound the keys that are used least go first: a guesser's own key is full, so it stays.
        foreach (var (key, entry) in counts)
        {
            lock (entry)
            {
                if (entry.Stamps.IsEmpty(entry.Rule, now) || (crowded && entry.Stamps.IsNearlyUnused))
                {
                    entry.Dropped = true;
                    counts.TryRemove(key, out _);
                }
            }
        }
    }

    private sealed class Entry
    {
        public Stamps Stamps { get; } = new();

        public LimitRule Rule { get; set; }

        /// <summary>Swept away: whoever got hold of it before looks for its successor.</summary>
        public bool Dropped { get; set; }
    }
}
