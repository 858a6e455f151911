using Gatehouse.Mail.Smtp;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail.Smtp;

public sealed class SmtpAddressTests
{
    [Theory]
    [InlineData("alice@example.com", "alice@example.com", false)]
    [InlineData("a.b+tag_1'x@sub.example.com", "a.b+tag_1'x@sub.example.com", false)]
    [InlineData("alice@localhost", "alice@localhost", false)]
    [InlineData("alice@bücher.example", "alice@xn--bcher-kva.example", false)]
    [InlineData("josé@example.com", "josé@example.com", true)]
    [InlineData("हिन्दी@example.com", "हिन्दी@example.com", true)]
    public void An_address_is_taken_with_its_host_in_ascii(string text, string value, bool needsUtf8)
    {
        Assert.True(SmtpAddress.TryParse(text, out var address));
        Assert.Equal((value, needsUtf8), (address.Value, address.NeedsUtf8));
    }

    [Theory]
    [Meets("GH-SEC-288")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("@example.com")]
    [InlineData("alice@")]
    [InlineData("alice@.example.com")]
    [InlineData("alice@example..com")]
    [InlineData("alice@example.com.")]
    [InlineData("alice@-example.com")]
    [InlineData("alice@exa_mple.com")]
    [InlineData("alice@[127.0.0.1]")]
    [InlineData(".alice@example.com")]
    [InlineData("al..ice@example.com")]
    [InlineData("\"al ice\"@example.com")]
    [InlineData("alice@example.com,eve@evil.example")]
    [InlineData("alice@example.com>\r\nRCPT TO:<eve@evil.example")]
    [InlineData("alice\r\n@example.com")]
    [InlineData("alice@example.com\r\n")]
    [InlineData("alice@example.com\n")]
    [InlineData("alice@example.com\0")]
    [InlineData("ali\u2028ce@example.com")]
    [InlineData("ali\u2029ce@example.com")]
    [InlineData("ali\u0085ce@example.com")]
    [InlineData("ali\u200bce@example.com")]
    [InlineData("ali\u202ece@example.com")]
    [InlineData("ali\ud800ce@example.com")]
    [InlineData("alice@exam\u2028ple.com")]
    [InlineData("alice\uff20evil.example@example.com")]
    [InlineData("alice\uff1c@example.com")]
    [InlineData("Alice <alice@example.com>")]
    [InlineData("<alice@example.com>")]
    [InlineData("alice(comment)@example.com")]
    [InlineData("alice;eve@example.com")]
    [InlineData("alice:eve@example.com")]
    [InlineData("=?utf-8?q?alice?=@example.com")]
    [InlineData("alice @example.com")]
    [InlineData(" alice@example.com")]
    [InlineData("alice@example.com ")]
    [InlineData("alice@example.com SIZE=1")]
    public void Anything_that_could_be_read_two_ways_is_refused(string? text) =>
        Assert.False(SmtpAddress.TryParse(text, out _));

    [Fact]
    public void A_local_part_has_at_most_64_bytes()
    {
        Assert.True(SmtpAddress.TryParse(new string('a', 64) + "@example.com", out _));
        Assert.False(SmtpAddress.TryParse(new string('a', 65) + "@example.com", out _));
        Assert.False(SmtpAddress.TryParse(new string('é', 33) + "@example.com", out _));
    }

    [Theory]
    [InlineData("Gate\r\nBcc: eve@evil.example <door@gatehouse.example>")]
    [InlineData("Gate\0 <door@gatehouse.example>")]
    [InlineData("Gatehouse <döör@gatehouse.example>")]
    [InlineData("Gatehouse <door@gatehouse.example> x")]
    [InlineData("Gatehouse")]
    [InlineData("")]
    [InlineData(null)]
    public void A_sender_with_a_line_break_or_without_a_plain_address_is_refused(string? text) =>
        Assert.False(MailSender.TryParse(text, out _));
}
