using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Replication;

public sealed class ReplicationTests
{
    [Fact]
    public async Task One_core_may_be_fetched_here_on_demand_and_there_as_it_comes()
    {
        var writer = await WriterAsync("a", "b");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var all = new Peer().With(reader);
        await using var some = new Peer();
        some.Replicator.Add(reader, Download.OnDemand); // the later of the two

        all.Connect(one);

        while (reader.ContiguousLength < 2)
            await Task.Yield();
    }

    [Fact]
    public async Task A_reader_gets_what_is_there_and_what_comes()
    {
        var writer = await WriterAsync("a", "b", "c");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(reader);
        var link = two.Connect(one);

        Assert.Equal("c", await reader.TextAsync(2));
        await writer.AppendAsync(Block("d"));
        Assert.Equal("d", await reader.TextAsync(3));
        await writer.AppendAsync(Blocks("e", "f"));
        Assert.Equal("f", await reader.TextAsync(5));
        foreach (var index in new ulong[] { 0, 1, 4 })
            await reader.GetAsync(index);
        await link.CutAsync();
        Assert.Equal(6UL, reader.ContiguousLength);
    }

    [Fact]
    public async Task A_core_that_is_empty_at_first_arrives_as_it_grows()
    {
        var writer = await WriterAsync(Array.Empty<string>());
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(reader);
        one.Connect(two);

        for (var i = 0; i < 20; i++)
        {
            await writer.AppendAsync(Block($"block {i}"));
            Assert.Equal($"block {i}", await reader.TextAsync((ulong)i));
        }
    }

    [Fact]
    public async Task A_reader_with_a_part_gets_the_rest()
    {
        var writer = await WriterAsync("a", "b", "c");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(reader);
        var link = two.Connect(one);
        await reader.TextAsync(2);
        await link.CutAsync();
        await writer.AppendAsync(Blocks("d", "e"));

        two.Connect(one);

        Assert.Equal("d", await reader.TextAsync(3));
        Assert.Equal("e", await reader.TextAsync(4));
    }

    [Fact]
    public async Task A_chain_of_readers_passes_all_on()
    {
        var writer = await WriterAsync(Enumerable.Range(0, 600).Select(i => $"block {i}"));
        var middle = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        var last = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(middle);
        await using var three = new Peer().With(last);
        three.Connect(two);
        two.Connect(one);

        for (var i = 0UL; i < 600; i++)
            Assert.Equal($"block {i}", await last.TextAsync(i));
        await writer.AppendAsync(Block("more"));
        Assert.Equal("more", await last.TextAsync(600));
    }

    [Fact]
    public async Task Both_sides_write_and_read_at_once()
    {
        var mine = await WriterAsync(Enumerable.Range(0, 40).Select(i => new ReadOnlyMemory<byte>(new byte[100_000])));
        using var otherPair = Pair(2);
        var theirs = await Core.CreateAsync(new MemoryCoreStore(), otherPair);
        await theirs.AppendAsync([.. Enumerable.Range(0, 40).Select(i => new ReadOnlyMemory<byte>(new byte[100_000]))]);
        var mineThere = await Core.OpenAsync(new MemoryCoreStore(), mine.Key);
        var theirsHere = await Core.OpenAsync(new MemoryCoreStore(), theirs.Key);
        await using var one = new Peer().With(mine, theirsHere);
        await using var two = new Peer().With(mineThere, theirs);
        one.Connect(two);

        for (var i = 0UL; i < 40; i++)
        {
            await mineThere.GetAsync(i);
            await theirsHere.GetAsync(i);
        }
    }

    [Fact]
    public async Task Two_sources_give_one_reader_all_of_it()
    {
        var writer = await WriterAsync(Enumerable.Range(0, 500).Select(i => $"block {i}"));
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        var blocks = Blocks(Enumerable.Range(0, 500).Select(i => $"block {i}"));
        await using var two = new Peer().With(await ReaderAsync(500, blocks));
        await using var three = new Peer().With(reader);
        three.Connect(one);
        var link = three.Connect(two);
        await reader.GetAsync(100);
        await link.CutAsync();

        for (var i = 0UL; i < 500; i++)
            Assert.Equal($"block {i}", await reader.TextAsync(i));
    }

    [Fact]
    public async Task On_demand_only_what_is_asked_for_comes()
    {
        var writer = await WriterAsync(Enumerable.Range(0, 100).Select(i => $"block {i}"));
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer();
        two.Replicator.Add(reader, Download.OnDemand);
        two.Connect(one);

        Assert.Equal("block 70", await reader.TextAsync(70));
        Assert.Equal("block 3", await reader.TextAsync(3));
        Assert.Equal(100UL, reader.Length);
        Assert.False(reader.Has(69));
        Assert.Equal(0UL, reader.ContiguousLength);
    }

    [Fact]
    public async Task A_core_that_only_one_side_has_disturbs_nobody()
    {
        var shared = await WriterAsync("a");
        using var otherPair = Pair(2);
        var alone = await Core.CreateAsync(new MemoryCoreStore(), otherPair);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), shared.Key);
        await using var one = new Peer().With(alone, shared);
        await using var two = new Peer().With(reader);
        var link = one.Connect(two);

        Assert.Equal("a", await reader.TextAsync(0));
        Assert.False(link.Ends.IsCompleted);

        // Later it is there on both sides.
        await alone.AppendAsync(Block("b"));
        var there = await Core.OpenAsync(new MemoryCoreStore(), alone.Key);
        two.Replicator.Add(there);
        Assert.Equal("b", await there.TextAsync(0));
    }

    [Fact]
    public async Task A_core_that_was_removed_and_added_again_goes_on()
    {
        var writer = await WriterAsync("a");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(reader);
        one.Connect(two);
        await reader.TextAsync(0);

        Assert.True(two.Replicator.Remove(reader));
        Assert.False(two.Replicator.Remove(reader));
        await writer.AppendAsync(Block("b"));
        two.Replicator.Add(reader);

        Assert.Equal("b", await reader.TextAsync(1));
    }

    [Fact]
    public async Task A_core_is_added_once()
    {
        var writer = await WriterAsync("a");
        await using var one = new Peer().With(writer);

        Assert.Throws<ArgumentException>(() => one.Replicator.Add(writer));
    }

    [Fact]
    public async Task Disposal_ends_connections()
    {
        var writer = await WriterAsync("a");
        var one = new Peer().With(writer);
        var two = new Peer();
        var link = one.Connect(two);
        await two.DisposeAsync();

        Assert.Equal(ConnectionEnd.Stopped, await link.TwoEnd);
        Assert.Contains(await link.OneEnd, new[] { ConnectionEnd.Closed, ConnectionEnd.Cut });
        await one.DisposeAsync();
    }

    [Fact]
    public async Task A_thousand_cores_share_one_connection()
    {
        const int Count = 1000;
        var store = new MemoryCoreStore();
        List<Core> writers = [], readers = [];
        await using var one = new Peer();
        await using var two = new Peer();
        for (var i = 0; i < Count; i++)
        {
            var writer = await Core.CreateAsync(store, Gatehouse.Hypercore.Keys.KeyPair.Generate());
            await writer.AppendAsync(Blocks($"first of {i}", "second"));
            writers.Add(writer);
            readers.Add(await Core.OpenAsync(new MemoryCoreStore(), writer.Key));
        }
        one.With(writers);
        two.With(readers);
        two.Connect(one);

        for (var i = 0; i < Count; i++)
            Assert.Equal($"first of {i}", await readers[i].TextAsync(0));
        foreach (var writer in writers)
            await writer.AppendAsync(Block("third"));
        foreach (var reader in readers)
            Assert.Equal("third", await reader.TextAsync(2));
    }
}
