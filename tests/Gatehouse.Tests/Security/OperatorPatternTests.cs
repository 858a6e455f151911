using Gatehouse.Security;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Security;

public sealed class OperatorPatternTests
{
    [Theory]
    [InlineData("^[a-z]+$", "abc", true)]
    [InlineData("^[a-z]+$", "abc1", false)]
    [InlineData("[0-9]", "abc1", true)]
    [InlineData("^(?=.*[0-9]).{8,}$", "abcdefg1", true)] // Look-ahead: what such settings mostly are.
    [InlineData("^(?=.*[0-9]).{8,}$", "abcdefgh", false)]
    public void A_pattern_is_searched_for(string pattern, string input, bool matches)
    {
        Assert.True(OperatorPattern.TryParse(pattern, out var parsed));
        Assert.Equal(matches, parsed.IsMatch(input));
        Assert.Equal(pattern, parsed.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("[z-a]")]
    public void What_is_no_pattern_is_refused(string? pattern) =>
        Assert.False(OperatorPattern.TryParse(pattern, out _));

    [Theory]
    [Meets("GH-SEC-243")]
    [InlineData("^(a+)+$")]
    [InlineData(@"^(?=x?)(a+)+\1$")] // Needs backtracking, so is cut off.
    public void A_pattern_that_explodes_is_no_match(string pattern)
    {
        Assert.True(OperatorPattern.TryParse(pattern, out var parsed));
        Assert.False(parsed.IsMatch(new string('a', 60) + "!"));
    }

    [Fact]
    [Meets("GH-SEC-238")]
    public void Ignoring_case_does_not_depend_on_the_culture()
    {
        using var _ = new Culture("tr-TR");

        Assert.True(OperatorPattern.TryParse("(?i)^info$", out var pattern));
        Assert.True(pattern.IsMatch("INFO"));
    }
}
