using System.Globalization;
using System.Text;

namespace Gatehouse.Texts;

/// <summary>One language's words, with the operator's own in place of ours where the settings give any.</summary>
internal sealed class Speech
{
    private readonly IReadOnlyDictionary<string, Wording> wordings;

    public Speech(Language language, IReadOnlyDictionary<string, Wording> wordings) =>
        (Language, this.wordings) = (language, wordings);

    public Language Language { get; }

    /// <summary>A text without holes.</summary>
    public string this[string key] => Say(key);

    public string Say(Phrase phrase)
    {
        var number = phrase.Filling.Select(part => part.Value).OfType<int>().FirstOrDefault();
        var text = new StringBuilder();
        foreach (var (literal, hole) in Pieces(phrase.Key, number))
        {
            text.Append(literal);
            if (hole is not null)
                text.Append(ToText(phrase.Filling.First(part => part.Hole == hole).Value));
        }
        return text.ToString();
    }

    /// <summary>A text in its pieces, for who fills the holes otherwise than with text: each a literal and the hole behind it.</summary>
    public IEnumerable<(string Literal, string? Hole)> Pieces(string key, int number = 0)
    {
        var text = wordings[key].For(Language.PluralOf(number));
        var at = 0;
        while (text.IndexOf('{', at) is >= 0 and var open)
        {
            var close = text.IndexOf('}', open);
            yield return (text[at..open], text[(open + 1)..close]);
            at = close + 1;
        }
        yield return (text[at..], null);
    }

    /// <summary>In its largest unit that leaves at least two of it: "36 hours" is clearer than "1.5 days".</summary>
    public string Say(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => Count("time.days", span.TotalDays),
        { TotalHours: >= 1 } => Count("time.hours", span.TotalHours),
        { TotalMinutes: >= 1 } => Count("time.minutes", span.TotalMinutes),
        _ => Count("time.seconds", Math.Max(1, span.TotalSeconds)),
    };

    private string Count(string key, double number) => Say(new Phrase(key, ("n", (int)Math.Ceiling(number))));

    // In a text from right to left an address or a date would stand in pieces: isolated, each goes by its own direction (UAX 9).
    private string Apart(string text) => Language.RightToLeft ? $"\u2068{text}\u2069" : text;

    private string ToText(object value) => value switch
    {
        string text => Apart(text),
        int number => number.ToString(CultureInfo.InvariantCulture),
        TimeSpan span => Say(span),
        Phrase phrase => Say(phrase),
        _ => throw new ArgumentException($"A {value.GetType().Name} has no words.", nameof(value)),
    };
}
