using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;
using static Gatehouse.Hypercore.Tests.Support.Eventually;

namespace Gatehouse.Hypercore.Tests.Replication;

/// <summary>Connections that break and peers that lie, live.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_cut_at_any_frame_is_made_up_for_by_the_next(bool cutsTheReader)
    {
        var frames = 0;
        for (var cut = 0; cut <= frames; cut++)
        {
            var writer = await WriterAsync("a", "b", "c", "d", "e");
            var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
            await using var one = new Peer().With(writer);
            await using var two = new Peer().With(reader);
            var (there, here) = Duplex.Create();
            (cutsTheReader ? here : there).BreakAfter(cut == 0 ? int.MaxValue : cut - 1);
            Task ends = Task.WhenAll(two.Replicator.AttachAsync(here, true), one.Replicator.AttachAsync(there, false));
            var whole = AllAsync(reader, 5);
            await Task.WhenAny(ends, whole);
            here.Dispose();
            there.Dispose();
            await ends;
            if (cut == 0)
                frames = (cutsTheReader ? here : there).FramesWritten;

            await writer.AppendAsync(Block("f"));
            two.Connect(one);

            await AllAsync(reader, 6);
            Assert.Empty(one.Faults.Concat(two.Faults));
        }
        Assert.InRange(frames, 8, 60);
    }

    [Fact]
    public async Task Two_histories_of_one_key_end_the_core_on_all_sides()
    {
        var first = await WriterAsync("a", "b", "c");
        var second = await WriterAsync("a", "x", "y", "z");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), first.Key);
        await using var one = new Peer().With(first);
        await using var two = new Peer().With(second);
        await using var three = new Peer().With(reader);
        three.Connect(one);
        await AllAsync(reader, 3);

        three.Connect(two);

        await UntilAsync(() => reader.IsFrozen && first.IsFrozen && second.IsFrozen);
        Assert.NotNull(await reader.ReadEvidenceAsync());
        Assert.Contains(PeerFault.TwoHistories, three.Faults);
        Assert.Equal("b", await reader.TextAsync(1));
        Assert.Equal(3UL, reader.Length);
    }

    [Fact]
    public async Task A_frozen_core_is_not_spoken_of()
    {
        var frozen = await WriterAsync("a", "b", "c");
        var other = await WriterAsync("a", "x", "y", "z");
        await using var one = new Peer().With(frozen);
        await using var two = new Peer().With(other);
        one.Connect(two);
        await UntilAsync(() => frozen.IsFrozen);
        await using var three = new Peer().With(await Core.OpenAsync(new MemoryCoreStore(), frozen.Key));

        var link = three.Connect(one);

        await UntilAsync(() => link.Two.FramesWritten >= 3); // handshake, header, rejection
        Assert.False(link.Ends.IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_fails_holds_up_its_own_core_and_no_other(bool failsAtTheReader)
    {
        FaultyStore reading = new(new MemoryCoreStore()), writing = new(new MemoryCoreStore());
        using var pair = Pair();
        var writer = await Core.CreateAsync(writing, pair);
        await writer.AppendAsync(Blocks("a", "b", "c"));
        var reader = await Core.OpenAsync(reading, writer.Key);
        using var another = Pair(2);
        var well = await Core.CreateAsync(new MemoryCoreStore(), another);
        await well.AppendAsync(Blocks("d", "e"));
        var copy = await Core.OpenAsync(new MemoryCoreStore(), well.Key);
        var time = new ManualTime();
        await using var one = new Peer(time).With(writer, well);
        await using var two = new Peer(time).With(reader, copy);
        var failing = failsAtTheReader ? two : one;
        (failsAtTheReader ? reading : writing).CallsUntilFailure = 0;

        var link = two.Connect(one);

        await UntilAsync(() => failing.Failures.Count > 0);
        await AllAsync(copy, 2);
        await well.AppendAsync(Block("f"));
        await AllAsync(copy, 3);
        Assert.All(failing.Failures, key => Assert.Equal(writer.Key, key));
        Assert.Empty((failsAtTheReader ? one : two).Failures);
        Assert.False(link.Ends.IsCompleted);
        (failsAtTheReader ? reading : writing).CallsUntilFailure = int.MaxValue;
        time.Advance(TimeSpan.FromSeconds(2));
        await AllAsync(reader, 3);
        Assert.False(link.Ends.IsCompleted);
        Assert.Empty(one.Faults.Concat(two.Faults));
    }

    private static async Task AllAsync(Core reader, ulong count)
    {
        for (var i = 0UL; i < count; i++)
            await reader.GetAsync(i);
    }
}
