using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;
using static Gatehouse.Hypercore.Tests.Support.Eventually;

namespace Gatehouse.Hypercore.Tests.Replication;

public sealed class ReopeningTests
{
    [Fact]
    public async Task A_core_is_spoken_of_again_after_pauses_that_double_up_to_a_minute()
    {
        var time = new ManualTime();
        var reopening = new Reopening(time);
        using var served = new ServedCore(await WriterAsync("a"), _ => { }, null);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            reopening.Add(served, isRefused: false);
            time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            Assert.False(reopening.TryTakeDue(out _));
            time.Advance(TimeSpan.FromSeconds(0.1));
            Assert.True(reopening.TryTakeDue(out var due));
            Assert.Same(served, due);
            Assert.False(reopening.TryTakeDue(out _));
        }
    }

    [Fact]
    public async Task After_a_minute_without_a_pause_the_next_is_short_again()
    {
        var time = new ManualTime();
        var reopening = new Reopening(time);
        using var served = new ServedCore(await WriterAsync("a"), _ => { }, null);
        for (var i = 0; i < 4; i++)
            reopening.Add(served, isRefused: false);
        time.Advance(TimeSpan.FromSeconds(8 + 60));
        Assert.True(reopening.TryTakeDue(out _));

        reopening.Add(served, isRefused: false);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(reopening.TryTakeDue(out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_was_left_may_not_come_back_before_its_pause_is_over(bool isRefused)
    {
        var time = new ManualTime();
        var reopening = new Reopening(time);
        using var served = new ServedCore(await WriterAsync("a"), _ => { }, null);
        reopening.Add(served, isRefused);
        Assert.Equal(isRefused, reopening.IsRefused(served.Name));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(reopening.IsRefused(served.Name));
        reopening.Distrust(served.Name);
        Assert.True(reopening.IsRefused(served.Name));
    }

    [Fact]
    public async Task A_core_that_was_removed_is_not_spoken_of_again()
    {
        var time = new ManualTime();
        var reopening = new Reopening(time);
        using var served = new ServedCore(await WriterAsync("a"), _ => { }, null);
        reopening.Add(served, isRefused: false);
        reopening.Forget(served.Name);
        time.Advance(TimeSpan.FromMinutes(2));

        Assert.False(reopening.TryTakeDue(out _));
    }

    [Fact]
    public async Task Who_closes_a_core_is_asked_again_on_the_same_connection()
    {
        var time = new ManualTime();
        var writer = await WriterAsync("a");
        var here = await Core.OpenAsync(new Gatehouse.Hypercore.Stores.MemoryCoreStore(), writer.Key);
        await using var one = new Peer(time).With(writer);
        await using var two = new Peer().With(here);
        var link = one.Connect(two);
        await here.GetAsync(0);
        two.Replicator.Remove(here);
        await UntilAsync(() => link.Two.FramesWritten > 0 && one.Replicator.Connections == 1);

        // Asked and rejected: nothing more is said until the other side opens it.
        for (var i = 0; i < 3; i++)
            time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(link.Ends.IsCompleted);
        two.Replicator.Add(here);
        await writer.AppendAsync(Block("b"));
        await here.GetAsync(1);
    }

    [Fact]
    public async Task A_core_that_is_removed_and_added_at_once_is_spoken_of()
    {
        var time = new ManualTime(); // it stands still: who is not spoken to now never is
        var writer = await WriterAsync("a");
        var reader = await Core.OpenAsync(new Gatehouse.Hypercore.Stores.MemoryCoreStore(), writer.Key);
        await using var one = new Peer(time).With(writer);
        await using var two = new Peer(time).With(reader);
        two.Connect(one);
        for (var round = 0UL; round < 500; round++)
        {
            await reader.GetAsync(round);
            await Task.WhenAll(Task.Run(() => one.Replicator.Remove(writer)), Task.Run(Add));
            await writer.AppendAsync(Block("more"));
        }

        void Add()
        {
            while (true)
            {
                try
                {
                    one.Replicator.Add(writer);
                    return;
                }
                catch (ArgumentException) // not removed yet
                {
                }
            }
        }
    }
}
