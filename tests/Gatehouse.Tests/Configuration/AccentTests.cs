using Gatehouse.Configuration;

namespace Gatehouse.Tests.Configuration;

public sealed class AccentTests
{
    private static readonly Accent LightPaper = Accent.Parse("#ffffff");
    private static readonly Accent DarkPaper = Accent.Parse("#1d2124");

    [Theory]
    [InlineData("#2f6f4f")]
    [InlineData("#000000")]
    [InlineData("#FFFFFF")]
    [InlineData("#ffee00")]
    [InlineData("#777777")]
    [InlineData("#ff0000")]
    [InlineData("#0000ff")]
    [InlineData("#00ff00")]
    public void Whatever_colour_is_set_text_stays_readable(string text)
    {
        var accent = Accent.Parse(text);

        Assert.Equal(text, accent.ToString(), ignoreCase: true);
        Assert.True(accent.ContrastWith(accent.Inverse) >= 4.5);
        Assert.True(accent.ReadableOn(LightPaper).ContrastWith(LightPaper) >= 4.5);
        Assert.True(accent.ReadableOn(DarkPaper).ContrastWith(DarkPaper) >= 4.5);
    }

    [Fact]
    public void A_colour_that_can_be_read_already_stays() =>
        Assert.Equal("#003300", Accent.Parse("#003300").ReadableOn(LightPaper).ToString());

    [Theory]
    [InlineData("#ffffff", "#000000", 21)]
    [InlineData("#777777", "#ffffff", 4.48)]
    [InlineData("#123456", "#123456", 1)]
    public void Contrast_is_that_of_WCAG(string one, string other, double contrast)
    {
        Assert.Equal(contrast, Accent.Parse(one).ContrastWith(Accent.Parse(other)), 2);
        Assert.Equal(contrast, Accent.Parse(other).ContrastWith(Accent.Parse(one)), 2);
    }
}
