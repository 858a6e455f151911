namespace Gatehouse.Texts;

/// <summary>A language that the product speaks. There is one catalogue file for each: <c>Texts/&lt;tag&gt;.json</c>.</summary>
internal sealed class Language
{
    private readonly Func<long, string> plural;
    private readonly string[] scripts;

    private Language(string tag, string name, Func<long, string> plural, params string[] scripts) =>
        (Tag, Name, this.plural, this.scripts) = (tag, name, plural, scripts);

    public static Language English { get; } = new("en", "English", OneOrOther);

    /// <summary>In the order in which customers are offered them.</summary>
    public static IReadOnlyList<Language> All { get; } =
    [
        English,
        new("de", "Deutsch", OneOrOther),
        new("es", "Español", OneOrOther),
        new("zh-TW", "繁體中文", Same, "zh-hant", "zh-hk", "zh-mo", "zh"),
        new("ja", "日本語", Same),
        new("ar", "العربية", Arabic) { RightToLeft = true },
    ];

    /// <summary>BCP 47.</summary>
    public string Tag { get; }

    /// <summary>As those who speak it call it.</summary>
    public string Name { get; }

    public bool RightToLeft { get; private init; }

    /// <summary>The language of exactly this tag, whatever its case; null when it is none of ours.</summary>
    public static Language? Named(string tag) =>
        All.FirstOrDefault(language => language.Tag.Equals(tag, StringComparison.OrdinalIgnoreCase));

    /// <summary>The language asked for by a BCP 47 tag, or the nearest to it (RFC 4647 section 3.4); null for one we don't speak.</summary>
    public static Language? Find(string? tag)
    {
        for (var rest = tag?.ToLowerInvariant(); rest is { Length: > 0 and <= 35 }; rest = Shortened(rest))
        {
            if (All.FirstOrDefault(language => language.IsCalled(rest)) is { } found)
                return found;
        }
        return null;
    }

    /// <summary>Which form of a text goes with a number: a category of the Unicode CLDR's plural rules.</summary>
    public string PluralOf(long number) => plural(number);

    public override string ToString() => Tag;

    private bool IsCalled(string tag) =>
        Tag.Equals(tag, StringComparison.OrdinalIgnoreCase) || scripts.Contains(tag, StringComparer.Ordinal);

    private static string? Shortened(string tag) => tag.LastIndexOf('-') is > 0 and var end ? tag[..end] : null;

    private static string Same(long number) => "other";

    private static string OneOrOther(long number) => number == 1 ? "one" : "other";

    private static string Arabic(long number) => (number, number % 100) switch
    {
        (0, _) => "zero",
        (1, _) => "one",
        (2, _) => "two",
        (_, >= 3 and <= 10) => "few",
        (_, >= 11) => "many",
        _ => "other",
    };
}
