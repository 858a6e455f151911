using Gatehouse.Storage;

namespace Gatehouse.Http;

/// <summary>
/// The times of the permits taken, oldest first, in a ring; and the failures in a row, which outlive their window: once
/// a budget of failures is used up, each further one doubles the wait, up to an hour, until a success (GH-SEC-041). Its
/// owner locks it.
/// </summary>
internal sealed class Stamps(int permits)
{
    /// <summary>Ten at once, then one an hour at most: a hundred guesses take four days.</summary>
    private static readonly long LongestWait = UnixMicros.Of(TimeSpan.FromHours(1));

    private static readonly long Remembered = UnixMicros.Of(TimeSpan.FromDays(1));

    private readonly int capacity = permits;
    private long[] ring = new long[Math.Min(permits, 4)];
    private int first;
    private int running;
    private int inARow;
    private long lastFailure;
    private long blockedUntil;
    private TaskCompletionSource ending = NewSource();

    public int Count { get; private set; }

    public bool Dropped { get; set; }

    public bool IsNearlyUnused => Count <= 1 && running == 0 && inARow <= 1;

    public Task SomeEnding => ending.Task;

    public TimeSpan? TryTake(long now, long window)
    {
        if (Wait(now, window) is { } wait)
            return wait;
        if (Count == ring.Length)
            Grow();
        ring[(first + Count++) % ring.Length] = now;
        return null;
    }

    public TimeSpan? Wait(long now, long window)
    {
        Forget(now, window);
        return Count < capacity ? null : UnixMicros.ToSpan(ring[first] + window - now);
    }

    /// <summary>What the window asks for, or what the failures in a row do: the longer one.</summary>
    public TimeSpan? WaitAfterFailures(long now, long window)
    {
        var wait = Wait(now, window);
        return blockedUntil > now && (wait is null || blockedUntil - now > UnixMicros.Of(wait.Value))
            ? UnixMicros.ToSpan(blockedUntil - now)
            : wait;
    }

    public bool TryBegin()
    {
        if (Count + running >= capacity)
            return false;
        running++;
        return true;
    }

    /// <summary>The source to complete outside the lock: everybody who waits looks again.</summary>
    public (AttemptEnd End, TaskCompletionSource Ended) End(AttemptOutcome outcome, long now, long window)
    {
        running--;
        var before = inARow;
        if (outcome == AttemptOutcome.Failed)
            Fail(now, window);
        else if (outcome == AttemptOutcome.Succeeded)
            (inARow, blockedUntil) = (0, 0);
        var exhausted = outcome == AttemptOutcome.Failed && WaitAfterFailures(now, window) is not null;
        (var ended, ending) = (ending, NewSource());
        return (new AttemptEnd(before, exhausted), ended);
    }

    public void Clear() => (Count, inARow, blockedUntil) = (0, 0, 0);

    public bool IsEmpty(long now, long window)
    {
        Forget(now, window);
        return Count == 0 && running == 0 && (inARow == 0 || now - lastFailure > Remembered);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Fail(long now, long window)
    {
        TryTake(now, window);
        (inARow, lastFailure) = (inARow + 1, now);
        if (inARow <= capacity)
            return;
        var doublings = Math.Min(inARow - capacity, 30);
        blockedUntil = now + Math.Max(window, Math.Min(LongestWait, window << doublings));
    }

    private void Forget(long now, long window)
    {
        while (Count > 0 && ring[first] + window <= now)
        {
            first = (first + 1) % ring.Length;
            Count--;
        }
    }

    private void Grow()
    {
        var larger = new long[Math.Min(capacity, ring.Length * 2)];
        for (var i = 0; i < Count; i++)
            larger[i] = ring[(first + i) % ring.Length];
        (ring, first) = (larger, 0);
    }
}
