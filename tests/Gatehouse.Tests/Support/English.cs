using Gatehouse.Texts;

namespace Gatehouse.Tests.Support;

/// <summary>What a phrase says in English: the language of who asks for none.</summary>
internal static class English
{
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> NoOwnTexts =>
        new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);

    /// <summary>The words as they come with the product.</summary>
    public static Catalogue Catalogue { get; } = new(Language.English, NoOwnTexts);

    public static string Say(Phrase phrase) => Catalogue.In(Language.English).Say(phrase);
}
