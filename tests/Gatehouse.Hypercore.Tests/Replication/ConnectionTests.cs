using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Replication;

/// <summary>What is left of a connection that failed.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Where_no_timer_can_be_had_the_connection_is_cleaned_up()
    {
        var time = new ManualTime { IsBroken = true };
        var writer = await WriterAsync("a");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer(time).With(reader);

        var link = two.Connect(one);

        await Assert.ThrowsAsync<InvalidOperationException>(() => link.OneEnd);
        Assert.True(link.One.IsDisposed);
        Assert.Equal(0, two.Replicator.Connections);
        Assert.Contains(await link.TwoEnd, new[] { ConnectionEnd.Closed, ConnectionEnd.Cut });
        time.IsBroken = false;
        two.Connect(one);
        Assert.Equal("a", await reader.TextAsync(0));
    }

    [Fact]
    public async Task Where_the_handshake_throws_the_carrier_is_disposed()
    {
        var identity = KeyPair.Generate();
        await using var replicator = new Replicator(identity);
        await using var other = new Peer();
        var (here, there) = Duplex.Create();
        identity.Dispose();

        var accepting = other.Replicator.AttachAsync(there, false);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => replicator.AttachAsync(here, true));

        Assert.True(here.IsDisposed);
        Assert.Contains(await accepting, new[] { ConnectionEnd.Closed, ConnectionEnd.Cut });
    }

    [Fact]
    public async Task What_was_asked_of_a_peer_is_free_before_its_carrier_has_closed()
    {
        var writer = await WriterAsync("a", "b");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(reader);
        await using var three = new Peer().With(writer);
        var (here, there) = Duplex.Create();
        var closed = new TaskCompletionSource();
        here.ClosesAfter = closed.Task;
        there.BreakAfter(4); // handshake, header, open and where it stands: no answer
        _ = one.Replicator.AttachAsync(there, false);
        var ending = two.Replicator.AttachAsync(here, true);
        while (!here.IsClosing)
            await Task.Yield();

        two.Connect(three);

        Assert.Equal("b", await reader.TextAsync(1));
        Assert.False(ending.IsCompleted);
        closed.SetResult();
        await ending;
    }
}
