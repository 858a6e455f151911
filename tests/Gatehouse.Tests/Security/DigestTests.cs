using Gatehouse.Security;

namespace Gatehouse.Tests.Security;

public sealed class DigestTests
{
    [Fact]
    public void The_same_text_has_the_same_digest_and_another_text_another()
    {
        Assert.True(Digest.TryOf("abc", out var digest));
        Assert.True(Digest.TryOf("abc", out var again));
        Assert.True(Digest.TryOf("abd", out var other));
        Assert.Equal(digest, again);
        Assert.NotEqual(digest, other);
    }

    [Theory]
    [InlineData("abc\u00e9")]
    [InlineData("\u0161bc")] // its low byte is that of an a
    [InlineData("abc\ud800")]
    public void What_is_not_ascii_has_none(string text) => Assert.False(Digest.TryOf(text, out _));

    [Theory]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void Up_to_4096_characters_are_digested(int length, bool expected) =>
        Assert.Equal(expected, Digest.TryOf(new string('x', length), out _));
}
