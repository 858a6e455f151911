using System.Globalization;

namespace Gatehouse.Tests.Support;

public sealed class FakeClockTests
{
    private readonly FakeClock clock = new();
    private readonly List<string> fired = [];

    [Fact]
    public void Time_stands_still_until_it_is_moved()
    {
        var before = (clock.GetUtcNow(), clock.GetTimestamp());
        Assert.Equal(before, (clock.GetUtcNow(), clock.GetTimestamp()));
        clock.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), clock.GetUtcNow() - before.Item1);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), clock.GetElapsedTime(before.Item2));
    }

    [Fact]
    public void Timers_fire_in_the_order_they_fall_due_and_see_that_time()
    {
        using var late = Start("late", 3);
        using var early = Start("early", 1);
        using var sameAsEarly = Start("same", 1);
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(["early@1", "same@1", "late@3"], fired);
    }

    [Fact]
    public void A_timer_does_not_fire_a_tick_early_and_fires_once()
    {
        using var timer = Start("once", 5);
        clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1));
        Assert.Empty(fired);
        clock.Advance(TimeSpan.FromTicks(1));
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(["once@5"], fired);
    }

    [Fact]
    public void A_periodic_timer_fires_each_time_until_disposed()
    {
        var timer = Start("tick", 1, 2);
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(["tick@1", "tick@3", "tick@5"], fired);
        timer.Dispose();
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(3, fired.Count);
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public void A_leap_over_many_ticks_misses_some_and_ends_with_one()
    {
        using var timer = Start("tick", 1, 1);
        clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(61, fired.Count);
        Assert.Equal("tick@60", fired[^2]);
        Assert.Equal("tick@259200", fired[^1]);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("tick@259201", fired[^1]);
    }

    [Fact]
    public void A_changed_timer_forgets_its_old_time()
    {
        using var timer = Start("changed", 1);
        Assert.True(timer.Change(TimeSpan.FromSeconds(4), Timeout.InfiniteTimeSpan));
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Empty(fired);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["changed@4"], fired);
        Assert.True(timer.Change(Timeout.InfiniteTimeSpan, TimeSpan.FromSeconds(1)));
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(fired);
    }

    [Fact]
    public void A_timer_made_in_a_callback_fires_in_the_same_advance()
    {
        ITimer? inner = null;
        using var outer = clock.CreateTimer(
            _ => inner = Start("inner", 1), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        clock.Advance(TimeSpan.FromSeconds(2));
        inner!.Dispose();
        Assert.Equal(["inner@2"], fired);
    }

    [Fact]
    public async Task The_framework_waits_on_it()
    {
        var delay = Task.Delay(TimeSpan.FromHours(1), clock);
        using var source = new CancellationTokenSource(TimeSpan.FromHours(2), clock);
        clock.Advance(TimeSpan.FromHours(1));
        await delay;
        Assert.False(source.IsCancellationRequested);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public async Task A_test_can_wait_for_a_timer_to_be_armed()
    {
        var armed = clock.ArmedAsync(TimeSpan.FromSeconds(7));
        using var other = Start("other", 6);
        Assert.False(armed.IsCompleted);
        using var timer = Start("awaited", 7);
        await armed;
        await clock.ArmedAsync(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void Advances_from_many_threads_add_up()
    {
        var start = clock.GetUtcNow();
        var ticks = 0;
        using var timer = clock.CreateTimer(
            _ => Interlocked.Increment(ref ticks), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Parallel.For(0, 100, _ => clock.Advance(TimeSpan.FromSeconds(1)));
        Assert.Equal(start.AddSeconds(100), clock.GetUtcNow());
        Assert.Equal(100, ticks);
    }

    private ITimer Start(string name, int dueSeconds, int periodSeconds = 0)
    {
        var start = new FakeClock().GetUtcNow();
        return clock.CreateTimer(Note, null, TimeSpan.FromSeconds(dueSeconds), TimeSpan.FromSeconds(periodSeconds));

        void Note(object? state)
        {
            var seconds = (clock.GetUtcNow() - start).TotalSeconds;
            fired.Add(string.Create(CultureInfo.InvariantCulture, $"{name}@{seconds}"));
        }
    }
}
