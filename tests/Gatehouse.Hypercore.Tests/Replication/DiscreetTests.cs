using System.Collections.Concurrent;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;
using static Gatehouse.Hypercore.Tests.Support.Eventually;

namespace Gatehouse.Hypercore.Tests.Replication;

/// <summary>A replicator that speaks of a core with those alone who ask for it.</summary>
public sealed class DiscreetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Nobody_is_told_of_what_they_have_not_asked_for()
    {
        using var pair = KeyPair.Generate();
        var (asked, other) = (await WriterAsync("a"), await Core.CreateAsync(new MemoryCoreStore(), pair));
        await using var discreet = New(asked, other);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), asked.Key);
        await using var peer = new Replicator(KeyPair.Generate());
        peer.Add(reader);

        Connect(peer, discreet);

        Assert.Equal("a", await reader.TextAsync(0));
        Assert.Equal(1, discreet.PeersOf(asked));
        Assert.Equal(0, discreet.PeersOf(other));
    }

    [Fact]
    public async Task What_was_asked_for_and_is_added_later_is_spoken_of_then()
    {
        var late = await WriterAsync("a");
        var missed = new TaskCompletionSource<DiscoveryKey>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var discreet = new Replicator(
            KeyPair.Generate(), new ReplicatorOptions { SpeaksFirst = false, Missed = found => missed.TrySetResult(found) });
        var reader = await Core.OpenAsync(new MemoryCoreStore(), late.Key);
        await using var peer = new Replicator(KeyPair.Generate());
        peer.Add(reader);
        Connect(peer, discreet);
        Assert.Equal(late.DiscoveryKey, await missed.Task.WaitAsync(Patience));

        discreet.Add(late);

        Assert.Equal("a", await reader.TextAsync(0));
    }

    [Fact]
    public async Task What_was_asked_for_is_spoken_of_again_when_it_was_removed_and_added()
    {
        var writer = await WriterAsync("a");
        await using var discreet = New(writer);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        var time = new ManualTime(); // stands still: the other side does not ask again by itself
        await using var peer = new Peer(time).With(reader);
        Connect(peer.Replicator, discreet);
        Assert.Equal("a", await reader.TextAsync(0));

        discreet.Remove(writer);
        await writer.AppendAsync(Block("b"));
        discreet.Add(writer);

        Assert.Equal("b", await reader.TextAsync(1).WaitAsync(Patience));
    }

    [Fact]
    public async Task What_was_looked_for_in_vain_is_looked_for_again_after_a_while()
    {
        using var pair = KeyPair.Generate();
        var (late, other) = (await WriterAsync("a"), await Core.CreateAsync(new MemoryCoreStore(), pair));
        var time = new ManualTime();
        var looks = new ConcurrentQueue<DiscoveryKey>();
        await using var discreet = new Replicator(
            KeyPair.Generate(), new ReplicatorOptions { SpeaksFirst = false, Time = time, Missed = looks.Enqueue });
        await using var peer = new Replicator(KeyPair.Generate());
        Connect(peer, discreet);
        peer.Add(late);
        await UntilAsync(() => looks.Count == 1);

        peer.Remove(late);
        peer.Add(late); // asked for again at once
        peer.Add(other);
        await UntilAsync(() => looks.Count == 2);
        Assert.Equal([late.DiscoveryKey, other.DiscoveryKey], looks);

        time.Advance(TimeSpan.FromSeconds(10));
        peer.Remove(late);
        peer.Add(late);
        await UntilAsync(() => looks.Count == 3);
        Assert.Equal(late.DiscoveryKey, looks.Last());
    }

    [Fact]
    public async Task What_another_process_has_written_is_read_and_told()
    {
        using var pair = KeyPair.Generate();
        var store = new MemoryCoreStore();
        var (here, elsewhere) = (await Core.CreateAsync(store, pair), await Core.CreateAsync(store, pair));
        await using var one = new Peer().With(here);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), here.Key);
        await using var two = new Peer().With(reader);
        two.Connect(one);
        await elsewhere.AppendAsync("a"u8.ToArray());
        Assert.Equal(0UL, here.Length);

        await here.ReloadAsync();

        Assert.Equal("a", await reader.TextAsync(0));
        Assert.Equal(await elsewhere.TreeHashAsync(1), await here.TreeHashAsync(1));
        Assert.Null(await here.TreeHashAsync(2));
    }

    private static Replicator New(params Core[] cores)
    {
        var replicator = new Replicator(KeyPair.Generate(), new ReplicatorOptions { SpeaksFirst = false });
        foreach (var core in cores)
            replicator.Add(core);
        return replicator;
    }

    private static void Connect(Replicator from, Replicator to)
    {
        var (here, there) = Duplex.Create();
        _ = from.AttachAsync(here, isInitiator: true);
        _ = to.AttachAsync(there, isInitiator: false);
    }
}
