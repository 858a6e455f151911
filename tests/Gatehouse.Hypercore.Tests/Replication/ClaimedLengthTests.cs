using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;
using static Gatehouse.Hypercore.Tests.Support.Eventually;

namespace Gatehouse.Hypercore.Tests.Replication;

public sealed class ClaimedLengthTests
{
    [Fact]
    public async Task It_is_nothing_until_a_peer_has_spoken_and_then_what_the_peer_has()
    {
        var writer = await WriterAsync("a", "b");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        Assert.Null(writer.ClaimedLength);
        Assert.Null(reader.ClaimedLength);
        await using var one = new Peer().With(writer);
        await using var two = new Peer().With(reader);
        var (here, there) = Duplex.Create();
        var talks = Task.WhenAll(
            one.Replicator.AttachAsync(here, isInitiator: false), two.Replicator.AttachAsync(there, isInitiator: true));

        await UntilAsync(() => reader.ClaimedLength == 2);
        await UntilAsync(() => writer.ClaimedLength == 2); // the reader has them: that is how a writer knows
        await writer.AppendAsync(Block("c"));
        await UntilAsync(() => reader.ClaimedLength == 3 && writer.ClaimedLength == 3);

        await two.DisposeAsync();
        await talks;
        Assert.Equal(3UL, writer.ClaimedLength); // the greatest, whoever has left since
    }

    [Fact]
    public async Task A_writer_can_wait_until_somebody_has_spoken_and_then_knows_what_it_lacks()
    {
        var store = new MemoryCoreStore();
        using var pair = Pair();
        var whole = await WriterAsync("a", "b");
        var restored = await Core.CreateAsync(store, pair);
        await restored.AppendAsync(Block("a"));
        var heard = restored.HeardAsync().AsTask();
        Assert.False(heard.IsCompleted);
        await using var one = new Peer().With(whole);
        await using var two = new Peer().With(restored);

        two.Connect(one);

        Assert.Equal(2UL, await heard);
        Assert.Equal(2UL, await restored.HeardAsync());
        Assert.Equal("b", await restored.TextAsync(1));
        Assert.Equal(2UL, await restored.AppendAsync(Block("c"))); // its index
    }

    [Fact]
    public async Task It_is_the_greatest_of_many_at_once_and_never_falls()
    {
        var core = await WriterAsync("a");
        var claims = Enumerable.Range(0, 1000).Select(number => (ulong)number).ToArray();
        System.Security.Cryptography.RandomNumberGenerator.Shuffle<ulong>(claims);
        await Parallel.ForEachAsync(claims, (claim, _) =>
        {
            core.OnClaim(claim);
            Assert.True(core.ClaimedLength >= claim);
            return ValueTask.CompletedTask;
        });
        core.OnClaim(5);
        Assert.Equal(999UL, core.ClaimedLength);
    }
}
