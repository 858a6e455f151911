namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>A clock that goes on when it is told to, and then calls what became due, in order.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private long now = 1;

    /// <summary>How many there are: a connection that is past its handshake has one.</summary>
    public int Timers
    {
        get
        {
            lock (gate)
                return timers.Count;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    /// <summary>Has no timers that come again, which every connection needs.</summary>
    public bool IsBroken { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (IsBroken && period > TimeSpan.Zero)
            throw new InvalidOperationException("No timer.");
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (gate)
            timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var end = GetTimestamp() + by.Ticks;
        while (true)
        {
            ManualTimer? next;
            lock (gate)
                next = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (next is null)
                break;
            Interlocked.Exchange(ref now, Math.Max(GetTimestamp(), next.Due));
            next.Fire();
        }
        Interlocked.Exchange(ref now, end);
    }

    private sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        private long period;

        public long Due { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            this.period = period.Ticks;
            Due = dueTime < TimeSpan.Zero ? long.MaxValue : time.GetTimestamp() + dueTime.Ticks;
            return true;
        }

        public void Fire()
        {
            Due = period > 0 ? Due + period : long.MaxValue;
            callback();
        }

        public void Dispose()
        {
            Due = long.MaxValue;
            lock (time.gate)
                time.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
