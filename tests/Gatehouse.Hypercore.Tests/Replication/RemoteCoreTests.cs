using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Replication.Messages;

namespace Gatehouse.Hypercore.Tests.Replication;

public sealed class RemoteCoreTests
{
    private readonly RemoteCore remote = new();

    [Fact]
    public void Of_a_region_that_was_asked_about_every_block_is_remembered()
    {
        Assert.True(remote.Regions.TryAsk(0));
        Assert.False(remote.Regions.TryAsk(0));
        remote.Apply(EveryOther(2048));

        for (var index = 0UL; index < 2048; index++)
            Assert.Equal(index % 2 == 1, remote.Has(index));
        remote.Apply(new RangeMessage(true, 100, 900));
        remote.Apply(new RangeMessage(false, 500, 1));
        for (var index = 0UL; index < 2048; index++)
            Assert.Equal(index is < 100 or >= 1000 ? index % 2 == 1 : index == 500, remote.Has(index));
        remote.Apply(EveryOther(64)); // the truth of what it spans
        Assert.Equal((true, true), (remote.Has(63), remote.Has(2047)));
    }

    [Fact]
    public void Of_what_was_not_asked_about_little_is_remembered()
    {
        remote.Apply(EveryOther(1 << 20));

        Assert.Equal(256, remote.Runs.Count);
        Assert.Equal((true, false), (remote.Has(1), remote.Has((1 << 20) - 1)));
    }

    [Fact]
    public void A_range_over_regions_that_were_asked_about_and_others_is_known_of_all()
    {
        const ulong Region = AskedRegions.RegionBlocks;
        Assert.True(remote.Regions.TryAsk(1));
        Assert.True(remote.Regions.TryAsk(3));
        remote.Apply(new RangeMessage(false, 5, 6 * Region));
        Assert.All([5UL, Region, (2 * Region) + 1, (3 * Region) + 7, (6 * Region) + 4], index => Assert.True(remote.Has(index)));

        remote.Apply(new RangeMessage(true, Region - 1, 3 * Region));

        Assert.All([Region - 1, Region, 2 * Region, (4 * Region) - 2], index => Assert.False(remote.Has(index)));
        Assert.All([Region - 2, (4 * Region) - 1, (6 * Region) + 4], index => Assert.True(remote.Has(index)));
        Assert.False(remote.Has((6 * Region) + 5));
    }

    [Fact]
    public void A_region_is_asked_about_once_and_not_too_many_are()
    {
        for (var number = 0UL; number < 64; number++)
            Assert.True(remote.Regions.TryAsk(number));
        Assert.True(remote.Regions.IsFull);
        Assert.False(remote.Regions.TryAsk(64));
    }

    private static BitfieldMessage EveryOther(int blocks) => new(0, Enumerable.Repeat((byte)0xaa, blocks / 8).ToArray());
}
