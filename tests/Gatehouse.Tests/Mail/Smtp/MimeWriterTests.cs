using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gatehouse.Mail;
using Gatehouse.Mail.Smtp;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail.Smtp;

public sealed class MimeWriterTests
{
    private static readonly DateTimeOffset Date = new(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(8));

    private static readonly string[] HostilePieces =
    [
        "\r\n", "\r", "\n", "\0", "\t", " ", "  ", ".", "\r\n.\r\n", "\r\n\r\n", "Bcc: eve@evil.example", "From ", "=",
        "=?", "=?utf-8?B?QQ==?=", "?=", "--=_gatehouse", "--=_gatehouse--", "\"", "\\", "<", ">", ",", ";", ":", "@",
        "\u0085", "\u2028", "\u2029", "\u001b[31m", "\u007f", "é", "e\u0301", "ß", "文字化け", "مرحبا", "\u202eevil", "😀",
        "👩‍👩‍👧", "\ud800", "\udc00", "\ufeff", "\uffff", "word", new string('x', 80), new string(' ', 80),
    ];

    [Fact]
    public void The_bytes_are_these()
    {
        var mail = new MailMessage("m-1.x", "alice@example.com", "Hello", "Hi\n.\nbye ", "<p class=\"a\">é</p>");
        Assert.Equal(
            """
            Date: Tue, 01 Jan 2030 19:04:05 +0000
            Message-ID: <m-1.x@gatehouse.example>
            From: "Gatehouse"
             <door@gatehouse.example>
            To: alice@example.com
            Subject: Hello
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: multipart/alternative; boundary="=_gatehouse"

            --=_gatehouse
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Hi
            .
            bye=20
            --=_gatehouse
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <p class=3D"a">=C3=A9</p>
            --=_gatehouse--

            """.ReplaceLineEndings("\r\n"),
            Encoding.ASCII.GetString(Write(mail)));
    }

    [Fact]
    [Meets("GH-SEC-288")]
    public void Any_text_survives_and_stays_where_it_belongs()
    {
        var pieces = Gen.Elements(HostilePieces).ArrayOf().Select(string.Concat);
        var texts = Gen.OneOf(pieces, ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""));
        var mails = from subject in texts
                    from text in texts
                    from html in texts
                    select Mails.Plain with { Subject = subject, Text = text, Html = html };
        Prop.ForAll(mails.ToArbitrary(), AssertRoundTrip).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Each_hostile_piece_survives_alone() => Assert.All(
        HostilePieces,
        piece => AssertRoundTrip(Mails.Plain with { Subject = piece, Text = piece, Html = piece }));

    [Theory]
    [InlineData("Hello\r\nBcc: eve@evil.example")]
    [InlineData("Hello\nBcc: eve@evil.example")]
    [InlineData("Hello\rBcc: eve@evil.example")]
    [InlineData("Hello\u0085Bcc: eve@evil.example")]
    [InlineData("Hello\u2028Bcc: eve@evil.example")]
    [InlineData("Hello\u2029Bcc: eve@evil.example")]
    [InlineData("Hello\0Bcc: eve@evil.example")]
    public void A_line_break_in_the_subject_becomes_a_space(string subject)
    {
        var mail = ReceivedMail.Parse(Write(Mails.Plain with { Subject = subject }));
        Assert.Equal("Hello Bcc: eve@evil.example", mail.Subject.Replace("  ", " ", StringComparison.Ordinal));
        Assert.DoesNotContain(mail.Headers, header => header.Name is "Bcc");
    }

    [Fact]
    public void An_encoded_word_never_splits_a_code_point()
    {
        for (var lead = 0; lead < 4; lead++)
        {
            var subject = new string('a', lead) + string.Concat(Enumerable.Repeat("😀", 40));
            var mail = ReceivedMail.Parse(Write(Mails.Plain with { Subject = subject })); // refuses half a code point
            Assert.Equal(subject, mail.Subject);
        }
    }

    [Theory]
    [InlineData("Acme, Inc. <a@b.example>", "\"Acme, Inc.\" <a@b.example>")]
    [InlineData("\"Acme, Inc.\" <a@b.example>", "\"Acme, Inc.\" <a@b.example>")]
    [InlineData("A \"B\" \\ C <a@b.example>", "\"A \\\"B\\\" \\\\ C\" <a@b.example>")]
    [InlineData("eve@evil.example, <a@b.example>", "\"eve@evil.example,\" <a@b.example>")]
    [InlineData("Tür\u2028steher <a@b.example>", "Tür steher <a@b.example>")]
    [InlineData("a@b.example", "a@b.example")]
    [InlineData("<a@b.example>", "a@b.example")]
    public void The_sender_is_one_mailbox(string from, string expected)
    {
        var to = Mails.ParseAddress("alice@example.com");
        var bytes = MimeWriter.Write(Mails.Plain, Mails.ParseSender(from), to, Date);
        Assert.Equal(expected, ReceivedMail.DecodeWords(ReceivedMail.Parse(bytes)["From"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a>\r\nBcc: eve@evil.example")]
    [InlineData("a@b")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("é")]
    public void An_id_that_is_not_ours_is_a_bug(string id) =>
        Assert.Throws<ArgumentException>(() => Write(Mails.Plain with { Id = id }));

    [Fact]
    [Meets("GH-SEC-280")]
    public void The_same_mail_has_the_same_bytes() => Assert.Equal(Write(Mails.Plain), Write(Mails.Plain));

    [Fact]
    public void A_mail_says_nothing_about_itself_but_its_id() => Assert.Equal("mail mail-0001", Mails.Plain.ToString());

    private static byte[] Write(MailMessage mail) =>
        MimeWriter.Write(mail, Mails.Sender, Mails.ParseAddress(mail.To), Date);

    private static void AssertRoundTrip(MailMessage mail)
    {
        var received = ReceivedMail.Parse(Write(mail));
        Assert.Equal(8, received.Headers.Count);
        Assert.Equal("alice@example.com", received["To"]);
        Assert.Equal(OneLine(mail.Subject), received.Subject);
        Assert.Equal(NormalLines(mail.Text), received.Text);
        Assert.Equal(NormalLines(mail.Html), received.Html);
    }

    private static string NormalLines(string text) => Utf8(text)
        .Replace("\r\n", "\n", StringComparison.Ordinal)
        .Replace('\r', '\n')
        .Replace("\n", "\r\n", StringComparison.Ordinal);

    private static string OneLine(string text) =>
        string.Concat(Utf8(text).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    private static string Utf8(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
