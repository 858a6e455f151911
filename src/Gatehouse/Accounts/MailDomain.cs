using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Gatehouse.Security;

namespace Gatehouse.Accounts;

/// <summary>
/// The domain of a mail address as DNS knows it: lower-case labels of letters, digits and hyphens, an international
/// name as A-labels (RFC 5890). One domain has one such form, however it was typed.
/// </summary>
internal static class MailDomain
{
    private const int MaxLength = 253; // RFC 1035: 255 octets on the wire.
    private const int MaxLabelLength = 63; // RFC 1035.

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    public static bool TryParse(string text, [NotNullWhen(true)] out string? domain)
    {
        domain = Ascii.IsValid(text) ? text.ToLowerInvariant() : ToALabels(text);
        if (domain is not null && IsHostName(domain) && AreALabelsGenuine(domain))
            return true;
        domain = null;
        return false;
    }

    /// <summary>
    /// Null when the name is none, and when IDNA would drop or change more than case, width and composition: soft
    /// hyphens and variation selectors are invisible, and some mappings differ between versions of Unicode.
    /// </summary>
    private static string? ToALabels(string text)
    {
        var dotted = text.Replace('\u3002', '.').Replace('\uFF61', '.'); // IDNA's full stops (RFC 3490, 3.1).
        if (!TextRules.TryNormalize(dotted, NormalizationForm.FormKC, out var expected))
            return null;
        try
        {
            var ascii = Idn.GetAscii(dotted).ToLowerInvariant();
            var shown = Idn.GetUnicode(ascii);
            return string.Equals(shown, expected, StringComparison.OrdinalIgnoreCase) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null; // The platform has no other way to say "not a name".
        }
    }

    private static bool IsHostName(ReadOnlySpan<char> domain)
    {
        if (domain.Length > MaxLength || !domain.Contains('.'))
            return false;
        foreach (var range in domain.Split('.'))
        {
            if (!IsLabel(domain[range]))
                return false;
        }

        // No top-level domain begins with a digit; addresses do (1.2.3.4, also as 1.2.3.0x4).
        return char.IsAsciiLetter(domain[domain.LastIndexOf('.') + 1]);
    }

    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (var c in label)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        // RFC 5890, 2.3.1: hyphens in the third and fourth place are reserved for prefixes, and "xn" is the only one.
        return label.Length < 4 || label[2..4] is not "--" || label[..2] is "xn";
    }

    /// <summary>Whether each A-label is the one spelling of a valid name, and no disguise of another.</summary>
    private static bool AreALabelsGenuine(string domain)
    {
        if (!domain.Contains("xn--", StringComparison.Ordinal))
            return true;
        try
        {
            return TextRules.PlatformKnowsUnicode
                && string.Equals(Idn.GetAscii(Idn.GetUnicode(domain)), domain, StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
