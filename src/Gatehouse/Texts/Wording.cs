using System.Collections.Frozen;

namespace Gatehouse.Texts;

/// <summary>A text as a catalogue gives it: one for every number, or one for each plural category.</summary>
internal sealed class Wording
{
    private readonly string? only;
    private readonly FrozenDictionary<string, string>? byNumber;

    public Wording(string text) => only = text;

    public Wording(IEnumerable<KeyValuePair<string, string>> categories) =>
        byNumber = categories.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The plural categories it tells apart; empty where it tells none.</summary>
    public IEnumerable<string> Categories => byNumber?.Keys ?? [];

    /// <summary>What its holes are called.</summary>
    public IEnumerable<string> Holes => Texts.SelectMany(text => HolesOf(text)!).Distinct(StringComparer.Ordinal);

    public IEnumerable<string> Texts => byNumber?.Values ?? [only!];

    /// <summary>The names in braces, in their order; null where a brace has no other.</summary>
    public static IReadOnlyList<string>? HolesOf(string text)
    {
        var holes = new List<string>();
        for (var at = text.IndexOfAny(['{', '}']); at >= 0; at = text.IndexOfAny(['{', '}'], at))
        {
            var close = text.IndexOf('}', at);
            if (text[at] == '}' || close < 0)
                return null;
            holes.Add(text[(at + 1)..close]);
            at = close + 1;
        }
        return holes;
    }

    public string For(string category) => only ?? byNumber!.GetValueOrDefault(category) ?? byNumber!["other"];
}
