using Gatehouse.Tokens;

namespace Gatehouse.Tests.Tokens;

public sealed class AccessTokenRulesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    [InlineData("a\n")]
    [InlineData("b\u00FCcher.example")]
    public void A_text_that_would_need_an_escape_is_refused(string text)
    {
        Assert.False(AccessTokenRules.IsPlain(text));
        Assert.Throws<ArgumentException>(() => new AccessTokenRules(text, Forge.Audience, TimeSpan.FromHours(1)));
        Assert.Throws<ArgumentException>(() => new AccessTokenRules(Forge.Issuer, text, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_text_longer_than_256_characters_is_refused()
    {
        Assert.True(AccessTokenRules.IsPlain(new string('a', 256)));
        Assert.False(AccessTokenRules.IsPlain(new string('a', 257)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.9)]
    public void A_lifetime_below_a_second_is_refused(double seconds) => Assert.Throws<ArgumentOutOfRangeException>(
        () => new AccessTokenRules(Forge.Issuer, Forge.Audience, TimeSpan.FromSeconds(seconds)));
}
