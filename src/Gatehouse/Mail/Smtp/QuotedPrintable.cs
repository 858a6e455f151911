using System.Text;

namespace Gatehouse.Mail.Smtp;

/// <summary>Quoted-printable (RFC 2045, 6.7) of UTF-8 text: printable ASCII in lines of 76 at most.</summary>
internal static class QuotedPrintable
{
    private const int MaxContent = 75; // 76 with the "=" of a soft line break

    /// <summary>CRLF, CR and LF all become CRLF; everything else is kept to the byte. A lone surrogate, which UTF-8
    /// cannot say, becomes U+FFFD.</summary>
    public static void Append(StringBuilder output, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var column = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (IsLineEnd(bytes[i]))
            {
                if (bytes[i] == '\r' && i + 1 < bytes.Length && bytes[i + 1] == '\n')
                    i++;
                output.Append("\r\n");
                column = 0;
                continue;
            }

            var atLineEnd = i + 1 == bytes.Length || IsLineEnd(bytes[i + 1]);
            var literal = IsLiteral(bytes[i], atLineEnd);
            var width = literal ? 1 : 3;
            if (column + width > MaxContent)
            {
                output.Append("=\r\n");
                column = 0;
            }

            _ = literal ? output.Append((char)bytes[i]) : output.Append('=').Append(Convert.ToHexString(bytes, i, 1));
            column += width;
        }
    }

    private static bool IsLineEnd(byte b) => b is (byte)'\r' or (byte)'\n';

    // Blanks at the end of a line are lost on the way, so they are encoded there.
    private static bool IsLiteral(byte b, bool atLineEnd) =>
        b is (byte)' ' or (byte)'\t' ? !atLineEnd : b is > 0x20 and < 0x7F and not (byte)'=';
}
