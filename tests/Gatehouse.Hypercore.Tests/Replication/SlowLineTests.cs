using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;
using static Gatehouse.Hypercore.Tests.Support.Eventually;

namespace Gatehouse.Hypercore.Tests.Replication;

/// <summary>Lines on which a large block takes longer than anybody may be silent.</summary>
public sealed class SlowLineTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly ManualTime time = new();
    private readonly SemaphoreSlim waits = new(0);

    [Fact]
    public async Task A_block_that_takes_minutes_arrives_and_both_sides_stay()
    {
        var writer = await WriterAsync(new string('x', 1 << 20)); // two minutes at 8 KiB a second
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer(time).With(writer);
        await using var two = new Peer(time).With(reader);
        var (there, here) = Duplex.Create();
        here.Carry = CarryAsync;
        var ends = Task.WhenAny(two.Replicator.AttachAsync(here, true), one.Replicator.AttachAsync(there, false));
        var block = reader.GetAsync(0).AsTask();

        var turns = 0;
        for (var reads = 0; await CarriesAsync(block, ends); turns++)
        {
            time.Advance(Pause);
            if (turns % 20 != 19)
                continue;
            await UntilAsync(() => there.Reads > reads); // signs of life, each five seconds
            reads = there.Reads;
        }

        Assert.True(block.IsCompletedSuccessfully, $"{(ends.IsCompleted ? await await ends : null)}");
        Assert.InRange(turns, 240, 400);
        Assert.Empty(two.Faults);
        Assert.False(ends.IsCompleted);
    }

    [Fact]
    public async Task Who_reads_nothing_any_more_is_left_after_half_a_minute()
    {
        var writer = await WriterAsync(new string('x', 1 << 20));
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer(time).With(writer);
        await using var two = new Peer(limits: new StreamLimits { KeepAlive = TimeSpan.FromMilliseconds(10) }).With(reader);
        var (there, here) = Duplex.Create();
        var read = 0;
        var stopped = new TaskCompletionSource();
        here.Carry = bytes => (read += bytes) < 100_000 ? Task.CompletedTask : stopped.Task;
        _ = two.Replicator.AttachAsync(here, true);
        var end = one.Replicator.AttachAsync(there, false);
        await UntilAsync(() => read >= 100_000);

        for (var seconds = 0; !end.IsCompleted; seconds++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            var before = there.Reads;
            await UntilAsync(() => there.Reads > before || end.IsCompleted);
        }

        Assert.Equal(ConnectionEnd.Stalled, await end);
        stopped.SetResult();
    }

    [Fact]
    public async Task Who_reads_slowly_on_purpose_does_not_hold_the_other_side_to_be_silent()
    {
        const int Bytes = 1 << 20;
        StreamLimits slow = new()
        {
            BytesPerSecond = 64 * 1024,
            KeepAlive = TimeSpan.FromSeconds(0.5),
            Silence = TimeSpan.FromSeconds(1),
        };
        var writer = await WriterAsync(new string('x', Bytes));
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer(time, slow).With(reader);
        var (there, here) = Duplex.Create(isEndless: true);
        _ = one.Replicator.AttachAsync(there, false);
        var end = two.Replicator.AttachAsync(here, true);
        var block = reader.GetAsync(0).AsTask();
        while (!block.IsCompleted && !end.IsCompleted)
        {
            // One timer watches the connection, the other is the pace; then all is on its way.
            if (time.Timers == 2 && WrittenBy(there) > Bytes)
                time.Advance(TimeSpan.FromSeconds(0.1));
            await Task.Yield();
        }

        Assert.False(end.IsCompleted);
        Assert.Empty(two.Faults);
        Assert.Equal(Bytes, (await block).Length);
    }

    [Fact]
    public async Task Who_reads_slowly_on_purpose_lets_the_other_side_write_all_the_time()
    {
        const int Bytes = 4 << 20, Room = 1 << 20; // of which half would take eight seconds to be paid for
        StreamLimits limits = new() { KeepAlive = TimeSpan.FromSeconds(0.5), Silence = TimeSpan.FromSeconds(5) };
        var writer = await WriterAsync(new string('x', Bytes));
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer(time, limits).With(writer);
        await using var two = new Peer(time, limits with { BytesPerSecond = 64 * 1024 }).With(reader);
        var (there, here) = Duplex.Create(room: Room);
        var ends = Task.WhenAny(one.Replicator.AttachAsync(there, false), two.Replicator.AttachAsync(here, true));

        var (turns, reads) = (0, 0);
        while (WrittenBy(there) < Bytes && !ends.IsCompleted)
        {
            await Task.Yield();
            // Two timers watch the connection, the third is the pace; and as much is on its way as can be.
            if (time.Timers != 3 || WrittenBy(there) < here.BytesRead + Room)
                continue;
            time.Advance(TimeSpan.FromSeconds(0.1));
            if (++turns % 10 != 0)
                continue;
            await UntilAsync(() => there.Reads > reads || ends.IsCompleted); // a sign of life in each second
            reads = there.Reads;
        }

        Assert.False(ends.IsCompleted, $"{(ends.IsCompleted ? await await ends : null)}");
        Assert.InRange(turns, 400, 600); // three of the four MiB, each in sixteen seconds
    }

    public void Dispose() => waits.Dispose();

    private async Task CarryAsync(int bytes)
    {
        if (bytes < 4096)
            return; // what is said beside the block
        var pause = Task.Delay(Pause, time);
        waits.Release();
        await pause;
    }

    /// <summary>False when it is over, one way or the other.</summary>
    private async Task<bool> CarriesAsync(Task block, Task ends)
    {
        var next = waits.WaitAsync();
        await Task.WhenAny(next, block, ends);
        return !block.IsCompleted && !ends.IsCompleted;
    }

    private static int WrittenBy(Duplex end)
    {
        lock (end.Written)
            return end.Written.Count;
    }
}
