using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gatehouse.Security;

/// <summary>
/// What every text from outside is asked before it becomes a value. Nothing here throws on any input and nothing
/// depends on the current culture.
/// </summary>
internal static class TextRules
{
    /// <summary>
    /// Whether the platform can normalise. Without ICU (globalization-invariant mode) <see cref="string.Normalize()"/>
    /// hands non-ASCII text back unchanged and says nothing: two spellings of one name would become two keys.
    /// </summary>
    public static bool PlatformKnowsUnicode { get; } =
        string.Equals("e\u0301".Normalize(NormalizationForm.FormC), "\u00E9", StringComparison.Ordinal);

    /// <summary>
    /// False for what has no normal form: lone surrogates, U+FFFE (the platform throws for both), and any non-ASCII
    /// text where the platform cannot normalise. So a key is the same on every machine, or refused.
    /// </summary>
    public static bool TryNormalize(string text, NormalizationForm form, [NotNullWhen(true)] out string? normalized)
    {
        normalized = null;
        if (Ascii.IsValid(text))
            normalized = text;
        else if (PlatformKnowsUnicode && IsWellFormed(text))
            normalized = text.Normalize(form);
        return normalized is not null;
    }

    /// <summary>
    /// The form in which texts are compared without regard to case and compatibility spelling: NFKC, invariant lower
    /// case. Folding a folded text changes nothing; the rare text for which that would not hold is refused.
    /// </summary>
    public static bool TryFold(string text, [NotNullWhen(true)] out string? folded)
    {
        return TryFoldOnce(text, out folded)
            && TryFoldOnce(folded, out var again)
            && string.Equals(folded, again, StringComparison.Ordinal);
    }

    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (text[0] == '\uFFFE' || Rune.DecodeFromUtf16(text, out _, out var length) != OperationStatus.Done)
                return false;
            text = text[length..];
        }

        return true;
    }

    /// <summary>The length in code points, not UTF-16 units. For well-formed text.</summary>
    public static int CountCodePoints(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    /// <summary>C0 and C1 controls and DEL: they forge log lines and header lines, and end strings in C.</summary>
    public static bool HasControl(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange('\0', '\u001F') || text.ContainsAnyInRange('\u007F', '\u009F');

    /// <summary>
    /// Bidirectional embeddings, overrides and isolates, and line and paragraph separators: they make a text show
    /// as another, or spill its direction over what is printed after it.
    /// </summary>
    public static bool HasLayoutControl(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange('\u2028', '\u202E') || text.ContainsAnyInRange('\u2066', '\u2069');

    /// <summary>Whether anything of the text leaves ink: not only spaces, joiners, marks and fillers.</summary>
    public static bool HasVisible(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsVisible(rune))
                return true;
        }

        return false;
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate => false,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => false,
        // Letters and symbols by category, blank by design: the Hangul fillers and the empty Braille pattern.
        _ => rune.Value is not (0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800),
    };

    // Lower case can undo the normal form, so that is made again.
    private static bool TryFoldOnce(string text, [NotNullWhen(true)] out string? folded)
    {
        folded = null;
        return TryNormalize(text, NormalizationForm.FormKC, out var normalized)
            && TryNormalize(normalized.ToLowerInvariant(), NormalizationForm.FormKC, out folded);
    }
}
