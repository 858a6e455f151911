using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore.Tests.Stores;

public sealed class HeldBlocksTests
{
    [Fact]
    public void Blocks_in_any_order_end_as_one_range()
    {
        var held = new HeldBlocks();
        foreach (var index in (ulong[])[2, 0, 5, 3, 4])
            Assert.True(held.Add(index));
        Assert.Equal(1UL, held.Contiguous);
        Assert.Equal([new BlockRange(0, 1), new BlockRange(2, 4)], held.Ranges());
        Assert.True(held.Add(1));
        Assert.Equal(6UL, held.Contiguous);
        Assert.Equal([new BlockRange(0, 6)], held.Ranges());
    }

    [Fact]
    public void A_block_is_added_once()
    {
        var held = new HeldBlocks();
        Assert.True(held.Add(0) && held.Add(7));
        Assert.False(held.Add(0) || held.Add(7));
        Assert.True(held.Contains(0) && held.Contains(7));
        Assert.False(held.Contains(1) || held.Contains(ulong.MaxValue));
    }

    [Fact]
    public void Ranges_that_overlap_are_joined()
    {
        var held = new HeldBlocks();
        held.Add(new BlockRange(0, 1_000_000_000)); // no entry for each
        held.Add(new BlockRange(1_000_000_002, 2));
        held.Add(new BlockRange(999_999_999, 3));
        Assert.Equal(1_000_000_004UL, held.Contiguous);
        held.Add(new BlockRange(5, 5));
        Assert.Equal(1_000_000_004UL, held.Contiguous);
    }

    [Fact]
    public void What_is_held_is_skipped_at_once()
    {
        var held = new HeldBlocks();
        Assert.Equal((3UL, 0UL), (held.SkipHeld(3), held.End));
        held.Add(new BlockRange(1, 1UL << 40));
        held.Add(new BlockRange(1UL << 42, 2));
        Assert.Equal(0UL, held.SkipHeld(0));
        Assert.Equal((1UL << 40) + 1, held.SkipHeld(1));
        Assert.Equal((1UL << 42) + 2, held.SkipHeld(1UL << 42));
        Assert.Equal((1UL << 42) + 2, held.End);
        held.Add(new BlockRange(0, 1UL << 42));
        Assert.Equal([new BlockRange(0, (1UL << 42) + 2)], held.Ranges());
    }

    [Fact]
    public void Pages_keep_what_is_near_and_what_is_far()
    {
        var pages = new Pages<string?>();
        ulong[] indexes = [0, 63, 64, 1_000_000, (1UL << 53) - 1];
        foreach (var index in indexes)
            pages.Set(index, index.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (var index in indexes)
            Assert.Equal(index.ToString(System.Globalization.CultureInfo.InvariantCulture), pages[index]);
        Assert.Null(pages[1]);
        Assert.Null(pages[2_000_000]);
        Assert.Equal(indexes, pages.Indexes().Where(index => pages[index] is not null));
    }
}
