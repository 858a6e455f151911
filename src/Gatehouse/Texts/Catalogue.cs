using System.Collections.Frozen;
using System.Text.Json;

namespace Gatehouse.Texts;

/// <summary>
/// Every text that a customer reads, in every language. The files stand beside this one and are in the assembly;
/// tests hold that each has the same keys, holes and plurals, that every key is used, and that none is missing.
/// A language is read when it is first spoken.
/// </summary>
internal sealed class Catalogue
{
    private readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> own;
    private readonly FrozenDictionary<string, Lazy<Speech>> speeches;

    /// <param name="own">The operator's texts by language tag and key (<c>Pages:Texts</c>).</param>
    /// <param name="fallback">What is spoken to who speaks none of ours.</param>
    public Catalogue(Language fallback, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> own)
    {
        this.own = own;
        speeches = Language.All.ToFrozenDictionary(
            language => language.Tag, language => new Lazy<Speech>(() => Speak(language)), StringComparer.Ordinal);
        Fallback = fallback;
    }

    public Language Fallback { get; }

    public Speech In(Language? language) => speeches[(language ?? Fallback).Tag].Value;

    /// <summary>What a file says, by key.</summary>
    public static Dictionary<string, Wording> Read(Language language)
    {
        using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream($"texts/{language.Tag}.json")
            ?? throw new InvalidOperationException($"The texts in {language} are missing.");
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateObject().ToDictionary(
            member => member.Name,
            member => member.Value.ValueKind == JsonValueKind.String
                ? new Wording(member.Value.GetString()!)
                : new Wording(member.Value.EnumerateObject().Select(form => KeyValuePair.Create(form.Name, form.Value.GetString()!))),
            StringComparer.Ordinal);
    }

    private Speech Speak(Language language)
    {
        var wordings = Read(language);
        foreach (var (key, text) in own.GetValueOrDefault(language.Tag) ?? FrozenDictionary<string, string>.Empty)
            wordings[key] = new Wording(text);
        return new Speech(language, wordings);
    }
}
