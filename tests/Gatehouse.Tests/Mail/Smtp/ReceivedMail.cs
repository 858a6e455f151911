using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Mail.Smtp;

/// <summary>Reads a mail back by the RFCs, and fails where the bytes break them.</summary>
internal sealed partial record ReceivedMail(
    IReadOnlyList<(string Name, string Value)> Headers, string Text, string Html)
{
    private const int MatchLimit = 1000; // milliseconds; the analyzer asks for one

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public string this[string name] =>
        Headers.Single(header => string.Equals(header.Name, name, StringComparison.Ordinal)).Value;

    public string Subject => DecodeWords(this["Subject"]);

    public static ReceivedMail Parse(byte[] source)
    {
        var mail = StrictUtf8.GetString(source);
        Assert.DoesNotContain('\r', mail.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.DoesNotContain('\n', mail.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.All(mail.Split("\r\n"), line => Assert.True(line.Length <= 78, line));

        var (headers, body) = ReadHeaders(mail);
        var type = headers.Single(header => header.Name is "Content-Type").Value;
        var boundary = BoundaryParameter().Match(type).Groups["boundary"].Value;
        var parts = ("\r\n" + body).Split("\r\n--" + boundary);
        Assert.Equal(4, parts.Length);
        Assert.Equal(("", "--\r\n"), (parts[0], parts[3]));
        return new ReceivedMail(headers, ReadPart(parts[1], "text/plain"), ReadPart(parts[2], "text/html"));
    }

    public static string DecodeWords(string value) => EncodedWord().Replace(
        BlanksBetweenWords().Replace(value, ""),
        word => StrictUtf8.GetString(Convert.FromBase64String(word.Groups["base64"].Value)));

    private static string ReadPart(string part, string type)
    {
        Assert.StartsWith("\r\n", part, StringComparison.Ordinal);
        var (headers, body) = ReadHeaders(part[2..]);
        Assert.Equal(
            [("Content-Type", $"{type}; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable")], headers);
        return DecodeQuotedPrintable(body);
    }

    private static (List<(string Name, string Value)> Headers, string Body) ReadHeaders(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var unfolded = Fold().Replace(text[..end], "");
        var headers = unfolded.Split("\r\n").Select(line => line.Split(": ", 2)).Select(pair => (pair[0], pair[1]));
        return (headers.ToList(), text[(end + 4)..]);
    }

    private static string DecodeQuotedPrintable(string body)
    {
        var bytes = new List<byte>();
        foreach (var line in body.Split("\r\n"))
        {
            Assert.True(line.Length <= 76 && Ascii.IsValid(line), line);
            Assert.False(line.EndsWith(' ') || line.EndsWith('\t'), "a blank at a line's end is lost on the way");
            var soft = line.EndsWith('=');
            var content = soft ? line[..^1] : line;
            for (var i = 0; i < content.Length; i++)
            {
                var encoded = content[i] == '=';
                bytes.Add(encoded
                    ? byte.Parse(content.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, null)
                    : (byte)content[i]);
                i += encoded ? 2 : 0;
            }

            if (!soft)
                bytes.AddRange("\r\n"u8);
        }

        return StrictUtf8.GetString([.. bytes.SkipLast(2)]);
    }

    [GeneratedRegex("boundary=\"(?<boundary>[^\"]+)\"", RegexOptions.None, MatchLimit)]
    private static partial Regex BoundaryParameter();

    [GeneratedRegex(@"\r\n(?=[ \t])", RegexOptions.None, MatchLimit)]
    private static partial Regex Fold();

    [GeneratedRegex(@"(?<=\?=)[ \t]+(?==\?)", RegexOptions.None, MatchLimit)]
    private static partial Regex BlanksBetweenWords();

    [GeneratedRegex(@"=\?utf-8\?B\?(?<base64>[A-Za-z0-9+/=]{1,63})\?=", RegexOptions.None, MatchLimit)]
    private static partial Regex EncodedWord();
}
