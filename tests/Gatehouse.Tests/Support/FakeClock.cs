namespace Gatehouse.Tests.Support;

/// <summary>
/// Time that stands still until a test moves it. Timers made through it (<c>Task.Delay</c>, <c>PeriodicTimer</c> and
/// <c>CancellationTokenSource</c> with a time provider, too) fire inside <see cref="Advance"/>, on the caller's thread,
/// in the order they fall due, each seeing its own due time as now. A leap over many ticks of a periodic timer is to it
/// what sleep is on a real machine: it misses some and fires again at the end. Thread-safe.
/// </summary>
internal sealed class FakeClock(DateTimeOffset start) : TimeProvider
{
    private const int MostTicksPerAdvance = 60; // three days of a timer that ticks each second are 260,000

    private readonly Lock gate = new();
    private readonly Lock advancing = new();
    private readonly List<FakeTimer> armed = []; // in the order they were armed: equal due times fire in that order
    private readonly List<(TimeSpan Due, TaskCompletionSource Armed)> waiting = [];
    private DateTimeOffset now = start.ToUniversalTime();

    public FakeClock()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves time on and fires what falls due, the last instant included. Zero fires what is due.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (advancing)
        {
            var end = GetUtcNow() + by;
            lock (gate)
                armed.ForEach(timer => timer.Ticks = 0);
            while (TakeDue(end) is { } timer)
                timer.Fire(); // outside the gate: it may read the clock, and make, change or dispose timers
        }
    }

    /// <summary>Completes once a timer is armed that falls due in exactly this time from now: the code under test has
    /// come to its wait, and time may move.</summary>
    public Task ArmedAsync(TimeSpan due)
    {
        lock (gate)
        {
            if (armed.Exists(timer => timer.DueAt == now + due))
                return Task.CompletedTask;
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((due, source));
            return source.Task;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private FakeTimer? TakeDue(DateTimeOffset end)
    {
        lock (gate)
        {
            var next = armed.MinBy(timer => timer.DueAt);
            if (next is null || next.DueAt > end)
            {
                now = end > now ? end : now; // a callback may have advanced further
                return null;
            }

            now = next.DueAt > now ? next.DueAt : now;
            armed.Remove(next);
            if (next.Period > TimeSpan.Zero)
                Arm(next, ++next.Ticks < MostTicksPerAdvance || end - now < next.Period ? next.Period : end - now);
            return next;
        }
    }

    private void Arm(FakeTimer timer, TimeSpan due)
    {
        timer.DueAt = now + due;
        armed.Add(timer);
        waiting.FindAll(waiter => waiter.Due == due).ForEach(waiter => waiter.Armed.SetResult());
        waiting.RemoveAll(waiter => waiter.Due == due);
    }

    private sealed class FakeTimer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private bool disposed;

        public DateTimeOffset DueAt { get; set; }

        public int Ticks { get; set; }

        /// <summary>Zero and infinite both mean "once", as with the system's timers.</summary>
        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
            ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
            lock (clock.gate)
            {
                if (disposed)
                    return false;
                clock.armed.Remove(this);
                Period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    clock.Arm(this, dueTime);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock.gate)
            {
                disposed = true;
                clock.armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
