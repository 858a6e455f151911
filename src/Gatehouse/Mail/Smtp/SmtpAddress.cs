using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gatehouse.Mail.Smtp;

/// <summary>An address that is safe to put on the wire as it is (GH-SEC-288): one mailbox, with no character that could
/// end a command, open a header, add a recipient or be decoded into something else. Its host is in ASCII.</summary>
internal sealed record SmtpAddress
{
    private const int MaxLocalBytes = 64; // RFC 5321, 4.5.3.1.1
    private const int MaxHostLength = 253; // RFC 1035, 2.3.4, without the root's dot

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private SmtpAddress(string local, string host)
    {
        Host = host;
        Value = $"{local}@{host}";
        NeedsUtf8 = !Ascii.IsValid(local);
    }

    public string Host { get; }

    public string Value { get; }

    /// <summary>Whether only a server with SMTPUTF8 (RFC 6531) can take it.</summary>
    public bool NeedsUtf8 { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out SmtpAddress? address)
    {
        address = null;
        var at = text?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        if (text is null || at < 0 || !IsLocalPart(text[..at]) || ToAsciiHost(text[(at + 1)..]) is not { } host)
            return false;
        address = new SmtpAddress(text[..at], host);
        return true;
    }

    public override string ToString() => Value;

    // A dot-atom of RFC 5321 and 6531. Quoted local parts and encoded words are valid mail but open to two readings.
    private static bool IsLocalPart(string local) =>
        Encoding.UTF8.GetByteCount(local) <= MaxLocalBytes
        && !local.Contains("=?", StringComparison.Ordinal)
        && local.Split('.').All(atom => atom.Length > 0 && atom.EnumerateRunes().All(IsAtomText));

    // Beyond ASCII only what words are made of: no separator, control, bidi mark, or look-alike of "@" and "<".
    // A lone surrogate enumerates as U+FFFD, which is a symbol and so refused.
    private static bool IsAtomText(Rune rune) => rune.IsAscii
        ? Rune.IsLetterOrDigit(rune) || "!#$%&'*+-/=?^_`{|}~".Contains((char)rune.Value, StringComparison.Ordinal)
        : Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark;

    private static string? ToAsciiHost(string host)
    {
        try
        {
            var ascii = Idn.GetAscii(host);
            return ascii.Length <= MaxHostLength && !ascii.EndsWith('.') && ascii.All(IsHostCharacter) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null; // the only way IdnMapping has to say "not a host name"
        }
    }

    // The platform's IDN library decides what it maps; this decides what we send.
    private static bool IsHostCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.';
}
