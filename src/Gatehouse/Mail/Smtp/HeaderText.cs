using System.Globalization;
using System.Text;

namespace Gatehouse.Mail.Smtp;

/// <summary>Free text in a header: as it is when plain ASCII, else in folded encoded words (RFC 2047).</summary>
internal static class HeaderText
{
    private const int MaxPlainLength = 66; // with "Subject: " or quotes and a name still one line of 76 (RFC 2047, 2)
    private const int MaxWordBytes = 39; // 52 of base64 in 12 of frame: 64, so that "Subject: " fits before the first
    private const string Fold = "\r\n ";

    /// <summary>Controls and Unicode's line separators become spaces: a header has one line, also after decoding
    /// (RFC 2047, 5, allows only printable characters and blanks in an encoded word).</summary>
    public static string Encode(string text)
    {
        var line = OneLine(text);
        return IsPlain(line) ? line : EncodedWords(line);
    }

    public static string Mailbox(string name, SmtpAddress address)
    {
        var line = OneLine(name);
        if (line.Length == 0)
            return address.Value;
        var escaped = line
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
        var phrase = IsPlain(escaped) ? $"\"{escaped}\"" : EncodedWords(line);
        return $"{phrase}{Fold}<{address}>";
    }

    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // a lone surrogate enumerates as U+FFFD
            line.Append(IsLineBreaking(rune) ? " " : rune.ToString());
        return line.ToString();
    }

    private static bool IsLineBreaking(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // Outer blanks would be trimmed by the reader, and "=?" taken for an encoded word.
    private static bool IsPlain(string line) =>
        line.Length <= MaxPlainLength
        && Ascii.IsValid(line)
        && !line.StartsWith(' ') && !line.EndsWith(' ')
        && !line.Contains("=?", StringComparison.Ordinal);

    // Blanks between two encoded words vanish in decoding, so the fold adds nothing. Each word holds whole code points.
    private static string EncodedWords(string line)
    {
        var words = new List<string>();
        var word = new List<byte>(MaxWordBytes);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in line.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            if (word.Count + length > MaxWordBytes)
                Flush();
            word.AddRange(utf8[..length]);
        }

        Flush();
        return string.Join(Fold, words);

        void Flush()
        {
            words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
            word.Clear();
        }
    }
}
