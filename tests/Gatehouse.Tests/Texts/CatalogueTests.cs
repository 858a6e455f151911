using System.Text.Json;
using Gatehouse.Texts;

namespace Gatehouse.Tests.Texts;

/// <summary>The files of texts, held against each other: a language can't lack a text, or a text a part of itself.</summary>
public sealed class CatalogueTests
{
    // What is right to say as English says it; "*" stands for every language.
    private static readonly string[] SameAsEnglish =
        ["* client.browser", "de field.name", "de mail.login_somewhere", "es mail.login_somewhere", "es page.error"];

    // It stands before another text, so it ends in what its language puts between two.
    private const string Prefix = "page.error";

    private static readonly Dictionary<string, Wording> English = Catalogue.Read(Language.English);

    public static TheoryData<string> Languages => [.. Language.All.Select(language => language.Tag)];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_language_says_everything_and_nothing_else(string tag) =>
        Assert.Equal(English.Keys.Order(StringComparer.Ordinal), Read(tag).Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Languages))]
    public void Keys_stand_in_their_order_and_once(string tag)
    {
        var keys = Keys(tag);

        Assert.Equal(keys.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), keys, StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void What_depends_on_a_number_has_exactly_the_plurals_of_its_language(string tag)
    {
        var categories = CategoriesOf(tag).Select(category => category.Key).Order(StringComparer.Ordinal).ToArray();

        Assert.All(Read(tag), text => Assert.Equal(
            English[text.Key].Categories.Any() ? categories : [], text.Value.Categories.Order(StringComparer.Ordinal), StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void A_text_has_the_holes_of_the_English_one(string tag)
    {
        // "Two days" needs no number where one form is for two alone.
        var exact = CategoriesOf(tag).Where(category => category.Count() == 1).Select(category => category.Key).ToArray();

        Assert.All(Read(tag), pair =>
        {
            var (key, wording) = pair;
            var holes = English[key].Holes.Order(StringComparer.Ordinal).ToArray();
            if (!wording.Categories.Any())
            {
                Assert.Equal(holes, wording.Holes.Order(StringComparer.Ordinal), StringComparer.Ordinal);
                return;
            }
            foreach (var category in wording.Categories)
            {
                var own = Wording.HolesOf(wording.For(category))!.Order(StringComparer.Ordinal).ToArray();
                Assert.True(own.SequenceEqual(holes, StringComparer.Ordinal) || (own.Length == 0 && exact.Contains(category, StringComparer.Ordinal)),
                    $"{key}, {category}: {wording.For(category)}");
            }
        });
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void No_text_is_empty_or_oddly_spaced(string tag) => Assert.All(Read(tag), pair => Assert.All(pair.Value.Texts, text =>
    {
        var words = pair.Key == Prefix ? text.TrimEnd(' ') : text;
        Assert.False(string.IsNullOrWhiteSpace(words), pair.Key);
        Assert.True(words == words.Trim(), $"{pair.Key}: '{text}'");
        Assert.DoesNotContain("  ", words, StringComparison.Ordinal);
        Assert.DoesNotContain(words, character => char.IsControl(character) || (char.IsWhiteSpace(character) && character != ' '));
    }));

    [Fact]
    public void No_text_was_left_in_English()
    {
        foreach (var language in Language.All.Where(language => language != Language.English))
        {
            Assert.DoesNotContain(Catalogue.Read(language), text =>
                text.Value.Texts.Intersect(English[text.Key].Texts, StringComparer.Ordinal).Any()
                && !SameAsEnglish.Contains($"{language} {text.Key}", StringComparer.Ordinal)
                && !SameAsEnglish.Contains($"* {text.Key}", StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_text_can_be_said(string tag)
    {
        var (speech, read) = (Support.English.Catalogue.In(Language.Named(tag)), Read(tag));

        foreach (var (key, wording) in read)
        {
            foreach (var number in (int[])[0, 1, 2, 3, 11, 100])
            {
                var said = speech.Say(new Phrase(key, [.. wording.Holes.Select(hole => (hole, hole == "n" ? number : (object)"X"))]));
                Assert.DoesNotContain('{', said);
            }
        }
    }

    [Theory]
    [InlineData("Say {this} and {that}", "this that")]
    [InlineData("Nothing", "")]
    [InlineData("{", null)]
    [InlineData("}", null)]
    [InlineData("{a} }", null)]
    [InlineData("{a", null)]
    public void Holes_are_told_from_broken_braces(string text, string? holes) =>
        Assert.Equal(holes, Wording.HolesOf(text) is { } found ? string.Join(' ', found) : null);

    [Fact]
    public void A_duration_is_said_in_the_unit_that_is_clearest()
    {
        string Say(string tag, TimeSpan span) => Support.English.Catalogue.In(Language.Named(tag)).Say(span);

        Assert.Equal("1 second", Say("en", TimeSpan.Zero));
        Assert.Equal("1 hour", Say("en", TimeSpan.FromHours(1)));
        Assert.Equal("36 hours", Say("en", TimeSpan.FromHours(36)));
        Assert.Equal("3 Tage", Say("de", TimeSpan.FromDays(3)));
        Assert.Equal("ساعتين", Say("ar", TimeSpan.FromHours(2)));
        Assert.Equal("11 يومًا", Say("ar", TimeSpan.FromDays(11)));
    }

    [Fact]
    public void What_fills_a_text_from_right_to_left_stands_apart_from_it()
    {
        var phrase = new Phrase("page.questions", ("contact", "help@example.com"));

        Assert.Contains("\u2068help@example.com\u2069", Support.English.Catalogue.In(Language.Named("ar")).Say(phrase), StringComparison.Ordinal);
        Assert.Equal("Questions? help@example.com", Support.English.Say(phrase));
    }

    private static Dictionary<string, Wording> Read(string tag) => Catalogue.Read(Language.Named(tag)!);

    private static string[] Keys(string tag)
    {
        using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream($"texts/{tag}.json")!;
        using var json = JsonDocument.Parse(stream);
        return [.. json.RootElement.EnumerateObject().Select(member => member.Name)];
    }

    private static IEnumerable<IGrouping<string, int>> CategoriesOf(string tag) =>
        Enumerable.Range(0, 1001).GroupBy(number => Language.Named(tag)!.PluralOf(number), StringComparer.Ordinal);
}
