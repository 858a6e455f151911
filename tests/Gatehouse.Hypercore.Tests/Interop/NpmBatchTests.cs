using System.Net;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Transports;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Interop;

/// <summary>npm puts what it has to say at once in one frame, whatever each message takes.</summary>
public sealed class NpmBatchTests
{
    private static readonly StreamLimits SmallBlocks = new() { MaxMessageBytes = 24 * 1024, MaxFrameBytes = 64 * 24 * 1024 };

    [Fact]
    public async Task A_store_of_five_hundred_cores_opens_them_where_blocks_are_small()
    {
        const int Count = 500;
        await using var npm = new NpmPeer();
        await npm.UseStoreAsync();
        var keys = await npm.CreateManyAsync("theirs", Count);
        await npm.AppendAsync($"theirs {Count - 1}", "last");
        var last = await Core.OpenAsync(new MemoryCoreStore(), keys[^1]);
        await using var one = new Peer(limits: SmallBlocks).With(last);
        await using var door = TcpDoor.Open(one.Replicator, new IPEndPoint(IPAddress.Loopback, 0));
        await npm.DialAsync(door.EndPoint.Port);

        Assert.Equal("last", await last.TextAsync(0));
        await npm.AppendAsync($"theirs {Count - 1}", "more");
        Assert.Equal("more", await last.TextAsync(1));
        Assert.Equal(1, one.Replicator.Connections);
    }

    [Fact]
    public async Task Answers_that_npm_gives_together_are_taken_each_by_its_own_size()
    {
        const int Count = 300;
        await using var npm = new NpmPeer();
        var key = await npm.CreateAsync("core");
        var text = new string('x', 20_000);
        await npm.FillAsync("core", Count, text);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), key);
        await using var one = new Peer(limits: SmallBlocks).With(reader);
        await using var line = Dialler.Tcp(one.Replicator, "127.0.0.1", await npm.ListenAsync());

        for (var i = 0UL; i < Count; i++)
            Assert.Equal($"{text} {i}", await reader.TextAsync(i));
        Assert.Null(line.LastEnd);
    }
}
