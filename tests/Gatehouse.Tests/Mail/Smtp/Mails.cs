using Gatehouse.Mail;
using Gatehouse.Mail.Smtp;

namespace Gatehouse.Tests.Mail.Smtp;

internal static class Mails
{
    public static MailSender Sender { get; } = ParseSender("Gatehouse <door@gatehouse.example>");

    public static MailMessage Plain { get; } =
        new("mail-0001", "alice@example.com", "Hello", "Hello Alice\n", "<p>Hello Alice</p>\n");

    public static MailSender ParseSender(string text) =>
        MailSender.TryParse(text, out var sender) ? sender : throw new ArgumentException("not a sender", nameof(text));

    public static SmtpAddress ParseAddress(string text) =>
        SmtpAddress.TryParse(text, out var address)
            ? address
            : throw new ArgumentException("not an address", nameof(text));
}
