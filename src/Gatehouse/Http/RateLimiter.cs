using System.Collections.Concurrent;
using Gatehouse.Configuration;
using Gatehouse.Storage;

namespace Gatehouse.Http;

/// <summary>
/// Promises: of any number of callers at once, no more than the rule's permits get through in any window; check and
/// count are one step, taken before the work they guard (GH-SEC-046). Keys are digests or addresses, never a secret.
/// Counts live in this process; a node's restart forgets them.
/// </summary>
internal sealed class RateLimiter(GatehouseSettings settings, TimeProvider clock)
{
    private const int NetworkFactor = 10; // an IPv6 network has as many permits as ten customers in it (GH-SEC-043)
    private const int MostKeys = 200_000; // about 50 MiB at worst; a flood of new keys must not eat the server
    private readonly ConcurrentDictionary<(LimitName, string), Stamps> counts = new();
    private const int CountEvery = 256; // counting the keys locks all of them
    private long lastSweep = clock.NowMicros();
    private int calls;

    /// <returns>Null when a permit was taken, else how long until the next one is free.</returns>
    public ValueTask<TimeSpan?> TryTakeAsync(LimitName name, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Take(name, key, 1));
    }

    /// <summary>The same for a source, and then for its network: a source that is full uses up none of that.</summary>
    public ValueTask<TimeSpan?> TryTakeAsync(LimitName name, Source source, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            Take(name, source.Key, 1) ?? (source.Network is { } network ? Take(name, network, NetworkFactor) : null));
    }

    /// <summary>Whether a permit is free; takes none.</summary>
    public ValueTask<TimeSpan?> PeekAsync(LimitName name, Source source, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(
            Peek(name, source.Key) ?? (source.Network is { } network ? Peek(name, network) : null));
    }

    /// <summary>
    /// Begins something that counts only if it fails, like a password check. While others that began before it could
    /// still use up the budget it waits for them: so guesses sent at once get no more than the budget, and right
    /// passwords sent at once are all let through.
    /// </summary>
    public async Task<Attempt> BeginAsync(LimitName name, string key, CancellationToken cancellationToken)
    {
        if (!settings.RateLimits.Enabled)
            return Attempt.Uncounted;
        var rule = settings.RateLimits.Rules[name];
        var window = UnixMicros.Of(rule.Window);
        SweepSometimes(clock.NowMicros());
        while (true)
        {
            var stamps = counts.GetOrAdd((name, key), static (_, rule) => new Stamps(rule.Permits), rule);
            Task ended;
            lock (stamps)
            {
                if (stamps.Dropped)
                    continue;
                if (stamps.WaitAfterFailures(clock.NowMicros(), window) is { } wait)
                    return new Attempt(null, wait);
                if (stamps.TryBegin())
                    return new Attempt(outcome => End(stamps, outcome, window), null);
                ended = stamps.SomeEnding;
            }
            await ended.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Forgets what failed: the one it counts against has proved by another way who they are.</summary>
    public void Forgive(LimitName name, string key)
    {
        if (!counts.TryGetValue((name, key), out var stamps))
            return;
        lock (stamps)
            stamps.Clear();
    }

    private TimeSpan? Take(LimitName name, string key, int factor)
    {
        if (!settings.RateLimits.Enabled)
            return null;
        var rule = settings.RateLimits.Rules[name];
        var now = clock.NowMicros();
        SweepSometimes(now);
        while (true)
        {
            var stamps = counts.GetOrAdd((name, key), static (_, most) => new Stamps(most), rule.Permits * factor);
            lock (stamps)
            {
                if (!stamps.Dropped)
                    return stamps.TryTake(now, UnixMicros.Of(rule.Window));
            }
        }
    }

    private TimeSpan? Peek(LimitName name, string key)
    {
        if (!settings.RateLimits.Enabled || !counts.TryGetValue((name, key), out var stamps))
            return null;
        lock (stamps)
            return stamps.Wait(clock.NowMicros(), UnixMicros.Of(settings.RateLimits.Rules[name].Window));
    }

    private AttemptEnd End(Stamps stamps, AttemptOutcome outcome, long window)
    {
        AttemptEnd end;
        TaskCompletionSource ended;
        lock (stamps)
            (end, ended) = stamps.End(outcome, clock.NowMicros(), window);
        ended.TrySetResult();
        return end;
    }

    private void SweepSometimes(long now)
    {
        var last = Interlocked.Read(ref lastSweep);
        var crowded = Interlocked.Increment(ref calls) % CountEvery == 0 && counts.Count > MostKeys;
        var due = crowded || now - last > UnixMicros.Of(TimeSpan.FromMinutes(1));
        if (!due || Interlocked.CompareExchange(ref lastSweep, now, last) != last)
            return;
        // Over the bound the keys that are used least go first: a guesser's own key is full, so it stays.
        foreach (var (key, stamps) in counts)
        {
            lock (stamps)
            {
                if (stamps.IsEmpty(now, UnixMicros.Of(settings.RateLimits.Rules[key.Item1].Window))
                    || (crowded && stamps.IsNearlyUnused))
                {
                    stamps.Dropped = true;
                    counts.TryRemove(key, out _);
                }
            }
        }
    }
}
