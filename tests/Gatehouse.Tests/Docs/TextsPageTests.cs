using Gatehouse.Texts;

namespace Gatehouse.Tests.Docs;

public sealed class TextsPageTests
{
    [Fact]
    public void The_page_of_texts_is_current() => new GeneratedPage("texts.md", "Texts")
        .Says("Every text that customers read, by its key, in English. The other languages have the same keys: "
            + string.Join(", ", Language.All.Where(language => language != Language.English).Select(language => $"{language.Name} (`{language}`)"))
            + ". They are in `src/Gatehouse/Texts`.")
        .Heading("Your own words")
        .Says("The setting `Gatehouse:Pages:Texts:LANGUAGE:KEY` replaces a text, on pages, in mails and in answers of the API:")
        .Says("""
            ```json
            { "Gatehouse": { "Pages": { "Texts": {
              "en": { "users.title": "Who is reading today?" },
              "de": { "users.title": "Wer liest heute?" } } } } }
            ```
            """)
        .Says("Or in the environment: `Gatehouse__Pages__Texts__en__users.title`. A hole in braces is filled when the text is said; "
            + "yours may leave holes out, but have no others. A text with a form for each number is replaced by one for all of them. "
            + "What is misspelt stops the start. The panel's texts (`panel.`) are in its script and can't be replaced here.")
        .Heading("Keys")
        .Table(["Key", "English", "Holes"], Catalogue.Read(Language.English).OrderBy(text => text.Key, StringComparer.Ordinal).Select(Row))
        .IsCurrent();

    private static string[] Row(KeyValuePair<string, Wording> text) =>
    [
        $"`{text.Key}`",
        string.Join("<br>", text.Value.Texts.Select(form => form.Replace("<", "&lt;", StringComparison.Ordinal))),
        string.Join(", ", text.Value.Holes.Order(StringComparer.Ordinal).Select(hole => $"`{hole}`")),
    ];
}
