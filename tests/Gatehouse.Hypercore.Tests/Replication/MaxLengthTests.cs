using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;
using static Gatehouse.Hypercore.Tests.Support.Eventually;

namespace Gatehouse.Hypercore.Tests.Replication;

/// <summary>A reader that takes no more than so much of a stranger's core.</summary>
public sealed class MaxLengthTests
{
    [Fact]
    public async Task A_core_is_taken_up_to_the_length_that_is_wanted_and_no_further()
    {
        var writer = await WriterAsync("a", "b");
        var (bounded, free) = (await Core.OpenAsync(new MemoryCoreStore(), writer.Key), await Core.OpenAsync(new MemoryCoreStore(), writer.Key));
        bounded.MaxLength = 3;
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(bounded);
        await using var three = new Peer().With(free);
        two.Connect(one);
        three.Connect(one);
        Assert.Equal("b", await bounded.TextAsync(1));
        await writer.AppendAsync(Block("c"));
        Assert.Equal("c", await bounded.TextAsync(2));

        await writer.AppendAsync(Blocks("d", "e"));

        Assert.Equal("e", await free.TextAsync(4));
        await UntilAsync(() => bounded.ClaimedLength >= 5);
        await writer.AppendAsync(Block("f"));
        Assert.Equal("f", await free.TextAsync(5));
        Assert.Equal(3UL, bounded.Length);
        bounded.MaxLength = 10; // it is taken up where it was left
        await writer.AppendAsync(Block("g"));
        Assert.Equal("g", await bounded.TextAsync(6));
    }

    [Fact]
    public async Task A_core_that_is_too_long_from_the_beginning_gives_nothing()
    {
        var writer = await WriterAsync("a", "b", "c");
        var store = new MemoryCoreStore();
        var reader = await Core.OpenAsync(store, writer.Key);
        reader.MaxLength = 2;
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(reader);
        two.Connect(one);

        await UntilAsync(() => reader.ClaimedLength >= 3);
        await writer.AppendAsync(Block("d"));
        await UntilAsync(() => reader.ClaimedLength >= 4);

        Assert.Equal(0UL, reader.Length);
        Assert.Null(await store.ReadHeadAsync(reader.Key, CancellationToken.None));
    }
}
