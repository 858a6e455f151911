using System.Net;
using System.Net.Sockets;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Transports;
using static Gatehouse.Hypercore.Tests.Support.Cores;
using static Gatehouse.Hypercore.Tests.Support.Eventually;

namespace Gatehouse.Hypercore.Tests.Transports;

public sealed class TransportTests
{
    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task Peers_meet_by_tcp_and_know_each_other()
    {
        var writer = await WriterAsync("a");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer(admits: key => key == one.PublicKey).With(reader);
        await using var door = TcpDoor.Open(one.Replicator, Anywhere);
        await using var dialler = Dialler.Tcp(two.Replicator, "127.0.0.1", door.EndPoint.Port, one.PublicKey);

        Assert.Equal("a", await reader.TextAsync(0));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task A_door_at_any_address_is_found_by_both_kinds(string host)
    {
        if (!Socket.OSSupportsIPv6)
            return; // there is one kind
        var writer = await WriterAsync("a");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(reader);
        await using var door = TcpDoor.Open(one.Replicator, new IPEndPoint(IPAddress.IPv6Any, 0));
        await using var dialler = Dialler.Tcp(two.Replicator, host, door.EndPoint.Port, one.PublicKey);

        Assert.Equal("a", await reader.TextAsync(0));
    }

    [Fact]
    public async Task Peers_meet_by_web_socket()
    {
        var writer = await WriterAsync("a");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(reader);
        await using var door = new WebSocketDoor(one.Replicator);
        await using var dialler =
            Dialler.WebSocket(two.Replicator, new Uri($"ws://127.0.0.1:{door.Port}"), one.PublicKey);

        Assert.Equal("a", await reader.TextAsync(0));
        await writer.AppendAsync(Block("b"));
        Assert.Equal("b", await reader.TextAsync(1));
    }

    [Fact]
    public async Task A_dialler_leaves_who_is_not_expected_and_who_is_not_there()
    {
        await using var one = new Peer();
        await using var two = new Peer();
        var port = 0;
        await using (var door = TcpDoor.Open(one.Replicator, Anywhere))
        {
            port = door.EndPoint.Port;
            await using var wrong = Dialler.Tcp(two.Replicator, "127.0.0.1", port, two.PublicKey);
            await UntilAsync(() => wrong.LastEnd == ConnectionEnd.AnotherPeer);
        }
        await using var alone = Dialler.Tcp(two.Replicator, "127.0.0.1", port);
        await UntilAsync(() => alone.LastEnd == ConnectionEnd.Unreachable);
    }

    [Fact]
    public async Task A_dialler_comes_back_when_the_connection_was_lost()
    {
        var writer = await WriterAsync("a");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        var time = new ManualTime();
        await using var one = new Peer().With(writer);
        await using var two = new Peer(time).With(reader);
        var door = TcpDoor.Open(one.Replicator, Anywhere);
        await using var dialler = Dialler.Tcp(two.Replicator, "127.0.0.1", door.EndPoint.Port);
        Assert.Equal("a", await reader.TextAsync(0));
        await door.DisposeAsync();
        await UntilAsync(() => dialler.LastEnd is not null);
        await writer.AppendAsync(Block("b"));

        await using var again = TcpDoor.Open(one.Replicator, door.EndPoint);
        while (!reader.Has(1))
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_dialler_outlives_a_connection_that_failed()
    {
        var writer = await WriterAsync("a", "b");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        var time = new ManualTime { IsBroken = true };
        var failures = 0;
        await using var one = new Peer().With(writer);
        await using var two = new Peer(time).With(reader);
        await using var door = TcpDoor.Open(one.Replicator, Anywhere);
        await using var dialler = Dialler.Tcp(
            two.Replicator, "127.0.0.1", door.EndPoint.Port, failed: _ => Interlocked.Increment(ref failures));
        await UntilAsync(() => dialler.LastEnd == ConnectionEnd.Failed);
        time.IsBroken = false;

        while (!reader.Has(1))
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Assert.InRange(failures, 1, 3);
    }

    [Fact]
    public async Task So_many_come_in_and_no_more()
    {
        await using var one = new Peer();
        await using var door = TcpDoor.Open(
            one.Replicator, Anywhere, new TcpDoorOptions { MaxConnections = 3, MaxConnectionsPerAddress = 2 });
        List<TcpClient> visitors = [];
        for (var i = 0; i < 3; i++)
        {
            visitors.Add(new TcpClient());
            await visitors[i].ConnectAsync(door.EndPoint);
        }

        Assert.Equal(0, await ReadAsync(visitors[2])); // one too many of this address

        visitors[0].Dispose();
        var isIn = false;
        while (!isIn) // the place is free as soon as its end was noticed
        {
            using var next = new TcpClient();
            await next.ConnectAsync(door.EndPoint);
            var read = ReadAsync(next);
            isIn = await Task.WhenAny(read, Task.Delay(300)) != read;
        }
        foreach (var visitor in visitors)
            visitor.Dispose();
    }

    [Fact]
    public async Task A_door_may_be_disposed_twice()
    {
        await using var peer = new Peer();
        var door = TcpDoor.Open(peer.Replicator, new IPEndPoint(IPAddress.Loopback, 0));
        await door.DisposeAsync();
        await door.DisposeAsync();
    }

    [Fact]
    public void Pauses_double_up_to_a_minute()
    {
        var backOff = new BackOff();
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 48, 48 })
            Assert.InRange(backOff.Next().TotalSeconds, seconds, 1.25 * seconds);
        backOff.Reset();
        Assert.InRange(backOff.Next().TotalSeconds, 1, 1.25);
    }

    [Fact]
    public void Those_who_lost_the_same_server_do_not_return_together()
    {
        var first = Enumerable.Range(0, 50).Select(_ => new BackOff().Next()).Distinct();
        Assert.InRange(first.Count(), 2, 50);
    }

    private static async Task<int> ReadAsync(TcpClient visitor)
    {
        try
        {
            return await visitor.GetStream().ReadAsync(new byte[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
