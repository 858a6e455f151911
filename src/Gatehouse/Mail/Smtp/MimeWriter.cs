using System.Globalization;
using System.Text;

namespace Gatehouse.Mail.Smtp;

/// <summary>
/// The bytes of a mail: RFC 5322 headers and a multipart/alternative of plain text and HTML (RFC 2046).
/// Promises: no text given to it adds a header, a recipient or a part (GH-SEC-288); every line ends with CRLF and is
/// short; the same mail at the same time gives the same bytes.
/// </summary>
internal static class MimeWriter
{
    // In quoted-printable "=" is followed by two hex digits or a line end, never by "_": no body can hold this line.
    private const string Boundary = "=_gatehouse";
    private const int MaxIdLength = 128; // with a host of 253 far below the 998 of RFC 5322, 2.1.1

    public static byte[] Write(MailMessage message, MailSender from, SmtpAddress to, DateTimeOffset date)
    {
        if (!IsSafeId(message.Id))
            throw new ArgumentException("A mail's id is of letters, digits, '-', '_' and '.'.", nameof(message));

        var mail = new StringBuilder();
        Header("Date", date.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        Header("Message-ID", $"<{message.Id}@{from.Address.Host}>");
        Header("From", HeaderText.Mailbox(from.Name, from.Address));
        Header("To", to.Value);
        Header("Subject", HeaderText.Encode(message.Subject));
        Header("Auto-Submitted", "auto-generated"); // RFC 3834: vacation responders keep silent
        Header("MIME-Version", "1.0");
        Header("Content-Type", $"multipart/alternative; boundary=\"{Boundary}\"");
        mail.Append("\r\n");
        Part("text/plain", message.Text); // RFC 2046, 5.1.4: the last part is the preferred one
        Part("text/html", message.Html);
        mail.Append("--").Append(Boundary).Append("--\r\n");
        return Encoding.UTF8.GetBytes(mail.ToString());

        void Header(string name, string value) => mail.Append(name).Append(": ").Append(value).Append("\r\n");

        void Part(string type, string body)
        {
            mail.Append("--").Append(Boundary).Append("\r\n");
            Header("Content-Type", $"{type}; charset=utf-8");
            Header("Content-Transfer-Encoding", "quoted-printable");
            mail.Append("\r\n");
            QuotedPrintable.Append(mail, body);
            mail.Append("\r\n"); // belongs to the boundary that follows, not to the body (RFC 2046, 5.1.1)
        }
    }

    private static bool IsSafeId(string id) =>
        id.Length is > 0 and <= MaxIdLength
        && id.Split('.').All(atom => atom.Length > 0 && atom.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
}
