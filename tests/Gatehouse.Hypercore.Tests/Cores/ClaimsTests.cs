using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore.Tests.Cores;

public sealed class ClaimsTests
{
    private readonly Claims claims = new();
    private readonly HeldBlocks held = new();
    private readonly object one = new(), other = new();
    private bool wantsAll = true;

    [Fact]
    public void No_block_is_asked_of_two_peers()
    {
        held.Add(0);
        Assert.Equal([1UL, 2, 3], new[] { Next(one), Next(other), Next(one) }.Select(index => index!.Value));
        Assert.False(claims.TryClaimBlock(other, 1));
        claims.ReleaseBlock(other, 1); // who didn't claim it can't release it
        Assert.False(claims.TryClaimBlock(other, 1));
        claims.ReleaseBlock(one, 1);
        Assert.Equal(1UL, Next(other));
    }

    [Fact]
    public void What_is_held_and_what_the_peer_does_not_have_is_not_asked_for()
    {
        held.Add(1);
        Assert.Equal([0UL, 2], new[] { Next(one, 3), Next(one, 3) }.Select(index => index!.Value));
        Assert.Null(Next(one, 3));
        Assert.Null(Next(other, 0));
    }

    [Fact]
    public void A_hole_before_much_that_is_held_costs_one_step()
    {
        held.Add(new BlockRange(1, 1UL << 40));
        Assert.Equal(0UL, Next(one, 1UL << 41));
        Assert.Equal((1UL << 40) + 1, Next(other, 1UL << 41));
    }

    [Fact]
    public void One_peer_is_asked_for_the_upgrade()
    {
        Assert.True(claims.TryClaimUpgrade(one));
        Assert.False(claims.TryClaimUpgrade(other));
        claims.ReleaseUpgrade(other);
        Assert.False(claims.TryClaimUpgrade(other));
        claims.ReleaseUpgrade(one);
        Assert.True(claims.TryClaimUpgrade(other));
    }

    [Fact]
    public void A_peer_that_goes_leaves_all_it_was_asked_for_to_others()
    {
        Assert.True(claims.TryClaimUpgrade(one));
        Assert.Equal((0UL, 1UL), (Next(one), Next(one)));
        Assert.Equal(2UL, Next(other));
        claims.ReleaseAll(one);
        Assert.True(claims.TryClaimUpgrade(other));
        Assert.Equal((0UL, 1UL, 3UL), (Next(other), Next(other), Next(other)));
    }

    [Fact]
    public void On_demand_only_what_somebody_waits_for_is_asked_for()
    {
        wantsAll = false;
        Assert.Null(Next(one));
        Assert.True(claims.Want(7));
        Assert.Null(Next(one, 7));
        Assert.Equal(7UL, Next(one, 8));
        Assert.Null(Next(other, 8));
        claims.ReleaseAll(one);
        claims.Unwant(7);
        Assert.Null(Next(one, 8));
    }

    [Fact]
    public void What_two_wait_for_is_wanted_until_both_are_gone()
    {
        wantsAll = false;
        Assert.True(claims.Want(3));
        Assert.False(claims.Want(3));
        claims.Unwant(3);
        Assert.Equal(3UL, Next(one));
        claims.ReleaseAll(one);
        claims.Unwant(3);
        Assert.Null(Next(one));
    }

    [Fact]
    public void What_a_late_one_has_claimed_may_be_claimed_by_who_is_not_late()
    {
        Assert.True(claims.TryClaimUpgrade(one));
        Assert.Equal(0UL, Next(one));
        Assert.False(claims.TryClaimUpgrade(other));
        Assert.True(claims.Share(one));

        Assert.False(claims.TryClaimUpgrade(one)); // it has asked already
        Assert.True(claims.TryClaimUpgrade(other));
        Assert.Equal(0UL, Next(other));
        Assert.True(claims.Share(other));
        Assert.False(claims.TryClaimUpgrade(one)); // as late itself
        Assert.False(claims.Share(one)); // it has nothing any more
        claims.ReleaseUpgrade(one);
        claims.ReleaseBlock(one, 0);
        Assert.False(claims.TryClaimBlock(one, 0));
        claims.Keep(other);
        claims.Keep(one);
        Assert.False(claims.TryClaimUpgrade(one));
        claims.ReleaseAll(other);
        Assert.True(claims.TryClaimUpgrade(one));
    }

    private ulong? Next(object owner, ulong end = 100) =>
        claims.TryClaimNext(owner, held, new BlockRange(0, end), wantsAll, out var index) ? index : null;
}
