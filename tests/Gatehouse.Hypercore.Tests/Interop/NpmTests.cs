using System.Net;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Transports;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Interop;

/// <summary>Our peers and npm's, in two processes, over real sockets.</summary>
public sealed class NpmTests
{
    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Npm_reads_what_we_wrote_and_write(bool webSocket)
    {
        var writer = await WriterAsync("a", "b", "c");
        await using var one = new Peer().With(writer);
        await using var npm = new NpmPeer();
        await npm.OpenAsync("core", writer.Key);
        await using var line = await Line.OpenAsync(one, npm, webSocket, npmDials: true);

        Assert.Equal("c", await npm.GetAsync("core", 2));
        await npm.DownloadAsync("core");
        await writer.AppendAsync(Block("d"));
        Assert.Equal("d", await npm.GetAsync("core", 3));
        await writer.AppendAsync(Blocks("e", "f"));
        Assert.Equal("f", await npm.GetAsync("core", 5));
        Assert.Equal("e", await npm.GetAsync("core", 4));
        Assert.Empty(one.Faults);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task We_read_what_npm_wrote_and_writes(bool webSocket)
    {
        await using var npm = new NpmPeer();
        var key = await npm.CreateAsync("core");
        await npm.AppendAsync("core", "a", "b", "c");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), key);
        await using var one = new Peer().With(reader);
        await using var line = await Line.OpenAsync(one, npm, webSocket, npmDials: false);

        Assert.Equal("c", await reader.TextAsync(2));
        Assert.Equal("a", await reader.TextAsync(0));
        await npm.AppendAsync("core", "d");
        Assert.Equal("d", await reader.TextAsync(3));
        await npm.AppendAsync("core", "e", "f");
        Assert.Equal("f", await reader.TextAsync(5));
        Assert.Equal("e", await reader.TextAsync(4));
        Assert.Empty(one.Faults);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_core_that_is_empty_at_first_arrives_on_either_side(bool npmDials)
    {
        await using var npm = new NpmPeer();
        await npm.UseStoreAsync();
        var writer = await WriterAsync(Array.Empty<string>());
        await npm.OpenAsync("ours", writer.Key);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), await npm.CreateAsync("theirs"));
        await using var one = new Peer().With(writer, reader);
        await using var line = await Line.OpenAsync(one, npm, false, npmDials);

        for (var i = 0UL; i < 10; i++)
        {
            await writer.AppendAsync(Block($"ours {i}"));
            Assert.Equal($"ours {i}", await npm.GetAsync("ours", i));
            await npm.AppendAsync("theirs", $"theirs {i}");
            Assert.Equal($"theirs {i}", await reader.TextAsync(i));
        }
    }

    [Fact]
    public async Task A_store_of_npm_shares_many_cores_with_us_on_one_stream()
    {
        const int Count = 20;
        await using var npm = new NpmPeer();
        await npm.UseStoreAsync();
        List<Core> readers = [], writers = [];
        for (var i = 0; i < Count; i++)
        {
            readers.Add(await Core.OpenAsync(new MemoryCoreStore(), await npm.CreateAsync($"theirs {i}")));
            await npm.AppendAsync($"theirs {i}", $"first of {i}");
            writers.Add(await Core.CreateAsync(new MemoryCoreStore(), KeyPair.Generate()));
            await writers[i].AppendAsync(Block($"ours of {i}"));
            await npm.OpenAsync($"ours {i}", writers[i].Key);
        }
        await using var one = new Peer().With(readers).With(writers);
        await using var line = await Line.OpenAsync(one, npm, false, npmDials: true);

        for (var i = 0; i < Count; i++)
        {
            Assert.Equal($"first of {i}", await readers[i].TextAsync(0));
            Assert.Equal($"ours of {i}", await npm.GetAsync($"ours {i}", 0));
            await npm.AppendAsync($"theirs {i}", "second");
            Assert.Equal("second", await readers[i].TextAsync(1));
        }
    }

    [Fact]
    public async Task Twenty_thousand_blocks_arrive_from_npm()
    {
        const int Count = 20_000;
        await using var npm = new NpmPeer();
        var key = await npm.CreateAsync("core");
        await npm.FillAsync("core", Count, "block");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), key);
        await using var one = new Peer().With(reader);
        await using var line = await Line.OpenAsync(one, npm, false, npmDials: false);

        for (var i = 0UL; i < Count; i++)
            Assert.Equal($"block {i}", await reader.TextAsync(i));
        await npm.AppendAsync("core", "more");
        Assert.Equal("more", await reader.TextAsync(Count));
    }

    [Fact]
    public async Task Twenty_thousand_blocks_arrive_at_npm()
    {
        const int Count = 20_000;
        var writer = await WriterAsync(Enumerable.Range(0, Count).Select(i => $"block {i}"));
        await using var one = new Peer().With(writer);
        await using var npm = new NpmPeer();
        await npm.OpenAsync("core", writer.Key);
        await using var line = await Line.OpenAsync(one, npm, false, npmDials: true);

        await npm.DownloadAllAsync("core", Count);

        for (var i = 0UL; i < Count; i += 1000)
            Assert.Equal($"block {i}", await npm.GetAsync("core", i));
        Assert.Equal($"block {Count - 1}", await npm.GetAsync("core", Count - 1));
    }

    [Fact]
    public async Task A_core_signed_by_two_of_three_is_believed()
    {
        await using var npm = new NpmPeer();
        var key = await npm.CreateMultisigAsync("core", "a", "b");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), key);
        await using var one = new Peer().With(reader);
        await using var line = await Line.OpenAsync(one, npm, false, npmDials: false);

        Assert.Equal("b", await reader.TextAsync(1));
        Assert.Equal("a", await reader.TextAsync(0));
        Assert.Equal(2, reader.Manifest?.Quorum);
        Assert.Equal(3, reader.Manifest?.Signers.Length);
    }

    [Fact]
    public async Task An_old_core_named_by_its_signer_is_read()
    {
        await using var npm = new NpmPeer();
        var key = await npm.CreateAsync("core", "compat");
        await npm.AppendAsync("core", "a", "b");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), key);
        await using var one = new Peer().With(reader);
        await using var line = await Line.OpenAsync(one, npm, false, npmDials: false);

        Assert.Equal("b", await reader.TextAsync(1));
        await npm.AppendAsync("core", "c");
        Assert.Equal("c", await reader.TextAsync(2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_that_comes_back_gets_the_rest(bool npmReads)
    {
        await using var npm = new NpmPeer();
        var writer = npmReads ? await WriterAsync("0", "1", "2", "3") : null;
        var key = writer?.Key ?? await npm.CreateAsync("core");
        var reader = npmReads ? null : await Core.OpenAsync(new MemoryCoreStore(), key);
        if (npmReads)
            await npm.OpenAsync("core", key);
        else
            await npm.AppendAsync("core", "0", "1", "2", "3");
        await using var one = new Peer().With(writer ?? reader!);
        await using (await Line.OpenAsync(one, npm, false, npmReads))
        {
            for (var i = 0UL; i < 4; i++)
                Assert.Equal($"{i}", reader is null ? await npm.GetAsync("core", i) : await reader.TextAsync(i));
        }
        if (writer is null)
            await npm.AppendAsync("core", "4", "5", "6", "7");
        else
            await writer.AppendAsync(Blocks("4", "5", "6", "7"));

        await using var again = await Line.OpenAsync(one, npm, false, npmReads);

        for (var i = 4UL; i < 8; i++)
            Assert.Equal($"{i}", reader is null ? await npm.GetAsync("core", i) : await reader.TextAsync(i));
    }

    [Fact]
    public async Task An_unknown_core_is_rejected_and_the_connection_stays()
    {
        await using var npm = new NpmPeer();
        await npm.UseStoreAsync();
        var known = await Core.OpenAsync(new MemoryCoreStore(), await npm.CreateAsync("known"));
        using var otherPair = Pair(9);
        var unknown = await Core.CreateAsync(new MemoryCoreStore(), otherPair);
        await unknown.AppendAsync(Block("late"));
        await npm.AppendAsync("known", "a");
        await npm.CreateAsync("theirs alone");
        await using var one = new Peer().With(unknown, known);
        await using var line = await Line.OpenAsync(one, npm, false, npmDials: true);

        Assert.Equal("a", await known.TextAsync(0));
        Assert.Equal(0UL, known.ContiguousLength - 1);
        await npm.OpenAsync("ours", unknown.Key); // now it is known
        Assert.Equal("late", await npm.GetAsync("ours", 0));
        Assert.Equal(1, one.Replicator.Connections);
    }

    [Fact]
    public async Task An_idle_connection_stays_and_lives()
    {
        var limits = new StreamLimits
        {
            KeepAlive = TimeSpan.FromMilliseconds(200),
            Silence = TimeSpan.FromSeconds(6), // npm gives a sign of life after 5
        };
        await using var npm = new NpmPeer();
        var key = await npm.CreateAsync("core");
        await npm.AppendAsync("core", "a");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), key);
        await using var one = new Peer(limits: limits).With(reader);
        await using var line = await Line.OpenAsync(one, npm, false, npmDials: false);
        Assert.Equal("a", await reader.TextAsync(0));

        await Task.Delay(TimeSpan.FromSeconds(6.5));

        Assert.Equal(1, one.Replicator.Connections);
        await npm.AppendAsync("core", "b");
        Assert.Equal("b", await reader.TextAsync(1));
    }

    [Fact]
    public async Task A_writer_of_npm_with_two_histories_is_convicted()
    {
        await using NpmPeer first = new(), second = new();
        var key = await first.CreateAsync("core", seed: 7);
        Assert.Equal(key, await second.CreateAsync("core", seed: 7));
        await first.AppendAsync("core", "one", "two-A", "three");
        await second.AppendAsync("core", "one", "two-B", "three");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), key);
        await using var one = new Peer();
        one.Replicator.Add(reader, Download.OnDemand);
        await using (await Line.OpenAsync(one, first, false, npmDials: false))
            Assert.Equal("one", await reader.TextAsync(0));

        await using var line = await Line.OpenAsync(one, second, false, npmDials: false);

        var refused = await Assert.ThrowsAsync<CoreRefusedException>(() => reader.TextAsync(1));
        Assert.Equal(CoreRefusal.Frozen, refused.Reason);
        Assert.True((await reader.ReadEvidenceAsync())!.Convicts(key));
        Assert.Contains(PeerFault.TwoHistories, one.Faults);
        Assert.Equal("one", await reader.TextAsync(0));
        while (await second.ConflictAsync("core") != 3) // what we showed it convicts at npm's too
            await Task.Yield();
    }

    /// <summary>A connection between a peer of ours and one of npm, until disposal.</summary>
    private sealed class Line : IAsyncDisposable
    {
        private readonly List<IAsyncDisposable> ends = [];

        public static async Task<Line> OpenAsync(Peer ours, NpmPeer npm, bool webSocket, bool npmDials)
        {
            var line = new Line();
            if (!npmDials)
            {
                var port = await npm.ListenAsync(webSocket);
                line.ends.Add(webSocket
                    ? Dialler.WebSocket(ours.Replicator, new Uri($"ws://127.0.0.1:{port}"))
                    : Dialler.Tcp(ours.Replicator, "127.0.0.1", port));
            }
            else if (webSocket)
            {
                var door = new WebSocketDoor(ours.Replicator);
                line.ends.Add(door);
                await npm.DialAsync(door.Port, true);
            }
            else
            {
                var door = TcpDoor.Open(ours.Replicator, Anywhere);
                line.ends.Add(door);
                await npm.DialAsync(door.EndPoint.Port);
            }
            return line;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var end in ends)
                await end.DisposeAsync();
        }
    }
}
