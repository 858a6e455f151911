using Gatehouse.Jlinx.Secrets;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Secrets;

public sealed class RecoveryKeyTests
{
    private static readonly byte[] Seed = [.. Enumerable.Range(1, RecoveryKey.SeedBytes).Select(i => (byte)i)];
    private static readonly byte[] Text = [1, 2, 3, 4];

    [Fact]
    public void Who_has_the_seed_opens_what_was_sealed_to_the_public_half()
    {
        using var key = RecoveryKey.FromSeed(Seed);
        var box = RecoveryKey.SealTo(key.PublicKey, Text);
        using var again = RecoveryKey.FromSeed(Seed); // as typed from paper
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.True(again.TryUnseal(box, out var opened));
        Assert.Equal(Text, opened);
    }

    [Fact]
    public void The_same_text_is_never_sealed_alike()
    {
        using var key = RecoveryKey.FromSeed(Seed);
        Assert.NotEqual(RecoveryKey.SealTo(key.PublicKey, Text), RecoveryKey.SealTo(key.PublicKey, Text));
    }

    [Fact]
    public void With_one_bit_flipped_or_another_seed_nothing_is_opened()
    {
        using var key = RecoveryKey.FromSeed(Seed);
        var box = RecoveryKey.SealTo(key.PublicKey, Text);
        Assert.All(Flips.Of(box), flipped => Assert.False(key.TryUnseal(flipped, out _)));
        for (var length = 0; length < box.Length; length++)
            Assert.False(key.TryUnseal(box.AsSpan(0, length), out _));
        using var other = RecoveryKey.FromSeed([.. Seed.Reverse()]);
        Assert.False(other.TryUnseal(box, out _));
    }

    [Fact]
    public void It_is_of_no_use_after_it_was_disposed_and_tells_nothing_of_its_secret()
    {
        var key = RecoveryKey.FromSeed(Seed);
        var box = RecoveryKey.SealTo(key.PublicKey, Text);
        Assert.Equal($"RecoveryKey {key.PublicKey}", key.ToString());
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.TryUnseal(box, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_of_another_size_is_none(int length) =>
        Assert.Throws<ArgumentException>(() => RecoveryKey.FromSeed(new byte[length]));
}
