using System.Text;
using Gatehouse.Jlinx.Secrets;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Secrets;

public sealed class SecretBoxTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, SecretBox.KeyBytes).Select(i => (byte)i)];
    private static readonly byte[] Text = Encoding.ASCII.GetBytes("treasure"), Associated = [1, 2, 3];

    [Fact]
    public void What_was_sealed_is_opened_and_an_empty_text_too()
    {
        Assert.True(SecretBox.TryOpen(Key, SecretBox.Seal(Key, Text, Associated), Associated, out var opened));
        Assert.Equal(Text, opened);
        Assert.True(SecretBox.TryOpen(Key, SecretBox.Seal(Key, [], []), [], out var empty));
        Assert.Empty(empty);
    }

    [Fact]
    public void The_published_vector_is_opened()
    {
        // draft-irtf-cfrg-xchacha-03, A.3.1; the nonce stands before it here.
        var key = Enumerable.Range(0x80, 32).Select(i => (byte)i).ToArray();
        var nonce = Enumerable.Range(0x40, 24).Select(i => (byte)i).ToArray();
        var associated = Convert.FromHexString("50515253c0c1c2c3c4c5c6c7");
        var ciphertext = Convert.FromHexString(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
            + "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
            + "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
        Assert.True(SecretBox.TryOpen(key, [.. nonce, .. ciphertext], associated, out var opened));
        Assert.StartsWith("Ladies and Gentlemen", Encoding.ASCII.GetString(opened), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_text_is_never_sealed_alike()
    {
        var boxes = Enumerable.Range(0, 64).Select(_ => Convert.ToHexString(SecretBox.Seal(Key, Text, Associated)));
        Assert.Equal(64, boxes.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void With_one_bit_flipped_nothing_is_opened()
    {
        var box = SecretBox.Seal(Key, Text, Associated);
        Assert.Equal(Text.Length + SecretBox.ExtraBytes, box.Length);
        Assert.All(Flips.Of(box), flipped => Assert.False(SecretBox.TryOpen(Key, flipped, Associated, out _)));
        Assert.All(Flips.Of(Key), flipped => Assert.False(SecretBox.TryOpen(flipped, box, Associated, out _)));
        Assert.All(Flips.Of(Associated), flipped => Assert.False(SecretBox.TryOpen(Key, box, flipped, out _)));
        Assert.True(SecretBox.TryOpen(Key, box, Associated, out _));
    }

    [Fact]
    public void What_is_cut_short_is_not_opened()
    {
        var box = SecretBox.Seal(Key, Text, Associated);
        for (var length = 0; length < box.Length; length++)
            Assert.False(SecretBox.TryOpen(Key, box.AsSpan(0, length), Associated, out _));
    }
}
