using System.Text.Json;
using Gatehouse.Tests.Support;
using Gatehouse.Texts;

namespace Gatehouse.Tests.Texts;

public sealed class LanguageTests
{
    private const int Most = 1000;

    [Theory]
    [InlineData("en", "en")]
    [InlineData("EN-us", "en")]
    [InlineData("de-AT", "de")]
    [InlineData("de-CH-1996", "de")]
    [InlineData("AR-eg", "ar")]
    [InlineData("es-419", "es")]
    [InlineData("ja-JP", "ja")]
    [InlineData("zh", "zh-TW")]
    [InlineData("zh-tw", "zh-TW")]
    [InlineData("zh-Hant", "zh-TW")]
    [InlineData("zh-Hant-HK", "zh-TW")]
    [InlineData("zh-HK", "zh-TW")]
    [InlineData("zh-CN", "zh-TW")] // nearer than English
    [InlineData("fr", null)]
    [InlineData("english", null)]
    [InlineData("deutsch-land", null)]
    [InlineData("-", null)]
    [InlineData("-de", null)]
    [InlineData("*", null)]
    [InlineData("d\u00e9", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("de-abcdefgh-abcdefgh-abcdefgh-abcde", "de")]
    [InlineData("de-abcdefgh-abcdefgh-abcdefgh-abcdef", null)] // longer than any tag that RFC 5646 4.4.1 knows
    public void The_nearest_language_is_found(string? tag, string? found) => Assert.Equal(found, Language.Find(tag)?.Tag);

    [Theory]
    [InlineData("de", "de")]
    [InlineData("ZH-tw", "zh-TW")]
    [InlineData("de-AT", null)]
    [InlineData("zh", null)]
    [InlineData("", null)]
    public void A_language_is_named_by_its_own_tag_alone(string tag, string? found) => Assert.Equal(found, Language.Named(tag)?.Tag);

    [Fact]
    public async Task Plurals_are_those_of_the_Unicode_CLDR()
    {
        var tags = string.Join(',', Language.All.Select(language => $"\"{language}\""));

        var known = await Node.RunAsync("plurals.mjs", $$"""{"languages":[{{tags}}],"most":{{Most}}}""");

        using var json = JsonDocument.Parse(known);
        Assert.All(Language.All, language => Assert.Equal(
            json.RootElement.GetProperty(language.Tag).EnumerateArray().Select(category => category.GetString()!),
            Enumerable.Range(0, Most + 1).Select(number => language.PluralOf(number)), StringComparer.Ordinal));
    }

    [Fact]
    public void Arabic_alone_goes_from_right_to_left() =>
        Assert.Equal("ar", Assert.Single(Language.All, language => language.RightToLeft).Tag);
}
