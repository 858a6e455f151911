using System.Globalization;

namespace Gatehouse.Mail.Smtp;

/// <summary>A server's answer: three digits and at least one line of text (RFC 5321, 4.2).</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    private const int MaxTextLength = 300; // enough for any reason; a server must not fill our tables

    public bool IsPositive => Code / 100 == 2;

    /// <summary>Code and text as one line of printable ASCII: a server's words cannot forge a line of a log
    /// (GH-SEC-253).</summary>
    public override string ToString()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Code} {string.Join(' ', Lines)}").TrimEnd();
        var printable = text.Select(c => c is >= ' ' and <= '~' ? c : '?').Take(MaxTextLength);
        return string.Concat(printable);
    }
}
