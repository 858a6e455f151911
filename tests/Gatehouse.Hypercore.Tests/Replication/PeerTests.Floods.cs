using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Replication;

// What is said again and again.
public sealed partial class PeerTests
{
    [Fact]
    public async Task A_fork_is_reported_once_however_often_it_is_said()
    {
        using var side = await WriterSideAsync("a");
        for (var i = 0; i < 10; i++)
            await side.HearAsync(Sync((ulong)i % 2, 1, 0));

        Assert.Equal(PeerFault.Fork, Assert.Single(side.Reports).Fault);
    }

    [Fact]
    public async Task Histories_are_counted_across_channels_that_are_closed_and_opened_again()
    {
        using var side = await WriterSideAsync("a", "b");
        var core = side.Peer.Served.Core;
        var history = await core.ProofAsync(new RequestMessage { Upgrade = new(0, 2) });
        for (var i = 0; i < 8; i++)
        {
            await side.HearAsync([1, 3, .. history]);
            await side.HearAsync([0, 3, 1]);
            await side.HearAsync(OpenOf(core, true));
            await side.SpeakAsync();
        }
        await side.HearAsync([1, 3, .. history]);

        Assert.Equal(PeerLeave.Distrust, side.Leave);
    }

    [Fact]
    public async Task Who_sends_histories_that_convict_nobody_is_left()
    {
        using var side = await WriterSideAsync("a", "b");
        var history = await side.Peer.Served.Core.ProofAsync(new RequestMessage { Upgrade = new(0, 2) });
        for (var i = 0; i < 8; i++)
        {
            await side.HearAsync([1, 3, .. history]);
            Assert.Null(side.Leave);
        }
        await side.HearAsync([1, 3, .. history]);

        Assert.Equal(PeerLeave.Distrust, side.Leave);
    }
}
