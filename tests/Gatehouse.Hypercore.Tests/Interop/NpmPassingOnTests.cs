using System.Net;
using System.Net.Sockets;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Transports;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Interop;

/// <summary>What npm reads from us beyond a core of our own, and over lines that are idle or break.</summary>
public sealed class NpmPassingOnTests
{
    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_core_that_npm_signed_is_passed_on_to_npm(bool isMultisig)
    {
        await using NpmPeer writer = new(), reader = new();
        var key = isMultisig ? await writer.CreateMultisigAsync("core", "a", "b") : await writer.CreateAsync("core", "compat");
        if (!isMultisig)
            await writer.AppendAsync("core", "a", "b");
        var ours = await Core.OpenAsync(new MemoryCoreStore(), key);
        await using var one = new Peer().With(ours);
        await using (Dialler.Tcp(one.Replicator, "127.0.0.1", await writer.ListenAsync()))
            Assert.Equal(("a", "b"), (await ours.TextAsync(0), await ours.TextAsync(1)));
        await using var door = TcpDoor.Open(one.Replicator, Anywhere);

        await reader.OpenAsync("core", key);
        await reader.DialAsync(door.EndPoint.Port);

        Assert.Equal("b", await reader.GetAsync("core", 1));
        Assert.Equal("a", await reader.GetAsync("core", 0));
    }

    [Theory]
    [InlineData(Download.Everything)]
    [InlineData(Download.OnDemand)]
    public async Task What_npm_has_among_holes_is_read_from_it(Download download)
    {
        const int Count = 1400, Step = 2; // far from the end, and more runs than anybody is remembered by
        await using var npm = new NpmPeer();
        var writer = await WriterAsync(Enumerable.Range(0, 2000).Select(i => $"block {i}"));
        await npm.OpenAsync("core", writer.Key);
        await using (var one = new Peer().With(writer))
        {
            await using var door = TcpDoor.Open(one.Replicator, Anywhere);
            await npm.DialAsync(door.EndPoint.Port);
            await npm.DownloadSomeAsync("core", Count, Step);
        }
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var two = new Peer();
        two.Replicator.Add(reader, download);
        await using var line = Dialler.Tcp(two.Replicator, "127.0.0.1", await npm.ListenAsync());

        for (var index = 0; index < Count; index += Step)
            Assert.Equal($"block {index}", await reader.TextAsync((ulong)index).WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.False(reader.Has(1));
        Assert.Equal(2000UL, reader.Length);
    }

    [Fact]
    public async Task An_idle_reader_of_npm_stays_and_hears_of_the_next_block()
    {
        StreamLimits limits = new() { KeepAlive = TimeSpan.FromMilliseconds(200), Silence = TimeSpan.FromSeconds(6) };
        var writer = await WriterAsync("a");
        await using var one = new Peer(limits: limits).With(writer);
        await using var door = TcpDoor.Open(one.Replicator, Anywhere);
        await using var npm = new NpmPeer();
        await npm.OpenAsync("core", writer.Key);
        await npm.DialAsync(door.EndPoint.Port); // once: it would not come again
        await npm.DownloadAsync("core");
        Assert.Equal("a", await npm.GetAsync("core", 0));

        await Task.Delay(TimeSpan.FromSeconds(6.5));

        await writer.AppendAsync(Block("b"));
        Assert.Equal("b", await npm.GetAsync("core", 1));
        Assert.Equal(1, one.Replicator.Connections);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_connection_with_npm_cut_at_any_frame_is_made_up_for_by_the_next(bool npmReads, bool cutsWhatWeSay)
    {
        await using var npm = new NpmPeer();
        var port = await npm.ListenAsync();
        var frames = 0;
        for (var cut = 0; cut <= frames; cut++)
        {
            await npm.CloseAsync();
            var writer = npmReads ? await WriterAsync("a", "b", "c") : null;
            if (npmReads)
                await npm.OpenAsync("core", writer!.Key);
            var key = writer?.Key ?? await npm.CreateAsync("core");
            if (!npmReads)
                await npm.AppendAsync("core", "a", "b", "c");
            var ours = writer ?? await Core.OpenAsync(new MemoryCoreStore(), key);
            await using var one = new Peer().With(ours);
            await using var line = await ConnectAsync(port);
            line.CutAfter(cut == 0 ? int.MaxValue : cut - 1, cutsWhatWeSay);
            var end = one.Replicator.AttachAsync(line, isInitiator: true);
            if (cut == 0)
            {
                await AllAsync();
                frames = line.Frames;
            }
            else if (npmReads)
            {
                await npm.DownloadAsync("core"); // or it asks for nothing, and the next frame is a sign of life
            }
            await Task.WhenAny(end, Task.Delay(cut == 0 ? 0 : 1000)); // this time there may be fewer frames
            await line.DisposeAsync();
            await end;

            await using var again = await ConnectAsync(port);
            var ended = one.Replicator.AttachAsync(again, isInitiator: true);
            await AllAsync();
            Assert.Empty(one.Faults);
            await again.DisposeAsync();
            await ended;

            async Task AllAsync()
            {
                for (var i = 0UL; i < 3; i++)
                    Assert.Equal("abc"[(int)i].ToString(), npmReads ? await npm.GetAsync("core", i) : await ours.TextAsync(i));
            }
        }
        Assert.InRange(frames, 4, 60);
    }

    private static async Task<CutStream> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new CutStream(new NetworkStream(socket, ownsSocket: true));
    }
}
