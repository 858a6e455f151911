using System.Globalization;
using System.Text.Json;
using Gatehouse.Mail.Smtp;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail.Smtp;

/// <summary>Against a real mail server. What a hostile one can do is in <see cref="SmtpHostileServerTests"/>.</summary>
public sealed class SmtpClientTests
{
    [Fact]
    public async Task A_mail_arrives_as_it_was_written()
    {
        await using var server = await SmtpSink.StartAsync();
        var mail = Mails.Plain with
        {
            Subject = "Grüße 😀 مرحبا \u202eabc " + new string('x', 200),
            Text = ".\r\n..\r\n.dot\r\n\r\n" + new string('y', 5000) + "\r\n.\r\nQUIT\r\n",
            Html = "<p dir=\"rtl\">مرحبا</p>\r\n" + string.Concat(Enumerable.Repeat("👩‍👩‍👧", 500)) + "\r\n.",
        };
        Assert.IsType<SmtpResult.Accepted>(await server.SendAsync(SmtpSecurity.Auto, mail: mail));

        var received = await server.NextAsync();
        Assert.Equal("door@gatehouse.example", received.GetProperty("from").GetProperty("address").GetString());
        Assert.Equal("alice@example.com", Recipients(received));
        Assert.Equal("[127.0.0.1]", received.GetProperty("hello").GetString());
        var source = received.GetProperty("source").GetBytesFromBase64();
        Assert.Equal(
            source.Length.ToString(CultureInfo.InvariantCulture),
            received.GetProperty("from").GetProperty("args").GetProperty("SIZE").GetString());
        var read = ReceivedMail.Parse(source);
        Assert.Equal((mail.Subject, mail.Text, mail.Html), (read.Subject, read.Text, read.Html));
        await server.AssertNothingMoreAsync();
    }

    [Theory]
    [InlineData("alice@example.com\r\nRCPT TO:<eve@evil.example>")]
    [InlineData("alice@example.com>\r\nRCPT TO:<eve@evil.example")]
    [InlineData("alice@example.com, eve@evil.example")]
    [InlineData("alice@example.com\u2028eve@evil.example")]
    [InlineData("alice@example.com\0")]
    [InlineData("")]
    public async Task A_hostile_recipient_is_rejected_and_nothing_is_sent(string to)
    {
        await using var server = await SmtpSink.StartAsync();
        Assert.IsType<SmtpResult.Rejected>(
            await server.SendAsync(SmtpSecurity.Auto, mail: Mails.Plain with { To = to }));
        await server.AssertNothingMoreAsync();
    }

    [Fact]
    [Meets("GH-SEC-288")]
    public async Task A_hostile_subject_adds_no_recipient()
    {
        await using var server = await SmtpSink.StartAsync();
        const string Subject = "Hi\r\nBcc: eve@evil.example\r\n\r\n.\r\nRCPT TO:<eve@evil.example>\r\n";
        var mail = Mails.Plain with { Subject = Subject };
        Assert.IsType<SmtpResult.Accepted>(await server.SendAsync(SmtpSecurity.Auto, mail: mail));
        var received = await server.NextAsync();
        Assert.Equal("alice@example.com", Recipients(received));
        Assert.Equal(8, Read(received).Headers.Count);
        await server.AssertNothingMoreAsync();
    }

    [Theory]
    [InlineData("starttls", SmtpSecurity.Auto)]
    [InlineData("starttls", SmtpSecurity.StartTls)]
    [InlineData("tls", SmtpSecurity.Tls)]
    internal async Task A_mail_and_the_login_go_through_tls(string offered, SmtpSecurity security)
    {
        await using var server = await SmtpSink.StartAsync(SmtpSink.WithLogin("PLAIN,LOGIN", offered));
        Assert.IsType<SmtpResult.Accepted>(await server.SendAsync(security, SmtpSink.User));
        var login = await server.NextAsync();
        Assert.Equal("PLAIN", login.GetProperty("auth").GetString());
        Assert.True(login.GetProperty("secure").GetBoolean());
        var received = await server.NextAsync();
        Assert.Equal(SmtpSink.User, received.GetProperty("user").GetString());
        Assert.True(received.GetProperty("secure").GetBoolean());
        await server.AssertNothingMoreAsync();
    }

    [Fact]
    public async Task Login_is_used_where_plain_is_not_offered()
    {
        await using var server = await SmtpSink.StartAsync(SmtpSink.WithLogin("LOGIN", "starttls"));
        Assert.IsType<SmtpResult.Accepted>(await server.SendAsync(SmtpSecurity.StartTls, SmtpSink.User));
        Assert.Equal("LOGIN", (await server.NextAsync()).GetProperty("auth").GetString());
        Assert.Equal(SmtpSink.User, (await server.NextAsync()).GetProperty("user").GetString());
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task A_wrong_password_defers_the_mail_because_the_operator_can_mend_it(string mechanism)
    {
        await using var server = await SmtpSink.StartAsync(SmtpSink.WithLogin(mechanism, "starttls"));
        await using var client = server.Client(SmtpSecurity.StartTls, SmtpSink.User, "wrong");
        var result = Assert.IsType<SmtpResult.Deferred>(await client.SendAsync(Mails.Plain, CancellationToken.None));
        Assert.Contains("535", result.Reason, StringComparison.Ordinal);
        Assert.Equal("wrong", (await server.NextAsync()).GetProperty("password").GetString());
        await server.AssertNothingMoreAsync();
    }

    [Fact]
    public async Task A_server_with_neither_plain_nor_login_gets_no_password()
    {
        await using var server = await SmtpSink.StartAsync(SmtpSink.WithLogin("XOAUTH2", "starttls"));
        var result = await server.SendAsync(SmtpSecurity.StartTls, SmtpSink.User);
        AssertDeferred("neither AUTH PLAIN nor AUTH LOGIN", result);
        await server.AssertNothingMoreAsync();
    }

    [Fact]
    public async Task A_server_that_wants_a_login_defers_the_mail()
    {
        await using var server = await SmtpSink.StartAsync(SmtpSink.WithLogin("PLAIN"));
        AssertDeferred("530", await server.SendAsync(SmtpSecurity.None));
        await server.AssertNothingMoreAsync();
    }

    [Theory]
    [InlineData(SmtpSecurity.Auto, SmtpSink.User, "not encrypted")]
    [InlineData(SmtpSecurity.None, SmtpSink.User, "not encrypted")]
    [InlineData(SmtpSecurity.StartTls, SmtpSink.User, "does not offer STARTTLS")]
    [InlineData(SmtpSecurity.StartTls, null, "does not offer STARTTLS")]
    internal async Task Without_tls_no_password_is_sent_and_no_mail_that_requires_it(
        SmtpSecurity security, string? user, string reason)
    {
        await using var server = await SmtpSink.StartAsync(SmtpSink.WithLogin("PLAIN,LOGIN"));
        AssertDeferred(reason, await server.SendAsync(security, user));
        await server.AssertNothingMoreAsync();
    }

    [Fact]
    public async Task With_security_none_starttls_is_not_used()
    {
        await using var server = await SmtpSink.StartAsync("starttls");
        Assert.IsType<SmtpResult.Accepted>(await server.SendAsync(SmtpSecurity.None));
        Assert.False((await server.NextAsync()).GetProperty("secure").GetBoolean());
    }

    [Theory]
    [InlineData("starttls", SmtpSecurity.Auto, null)]
    [InlineData("starttls", SmtpSecurity.StartTls, SmtpSink.User)]
    [InlineData("tls", SmtpSecurity.Tls, SmtpSink.User)]
    internal async Task A_certificate_for_another_name_is_refused(string offered, SmtpSecurity security, string? user)
    {
        await using var server = await SmtpSink.StartWithForeignCertificateAsync(SmtpSink.WithLogin("PLAIN", offered));
        AssertDeferred("RemoteCertificateNameMismatch", await server.SendAsync(security, user));
        await server.AssertNothingMoreAsync();
    }

    [Fact]
    public async Task A_certificate_from_an_unknown_authority_is_refused()
    {
        await using var server = await SmtpSink.StartAsync("tls");
        var settings = server.Settings(SmtpSecurity.Tls) with { TrustedRoots = null };
        await using var client = new SmtpClient(settings, Mails.Sender, TimeProvider.System);
        AssertDeferred("UntrustedRoot", await client.SendAsync(Mails.Plain, CancellationToken.None));
        await server.AssertNothingMoreAsync();
    }

    [Theory]
    [InlineData("recipient=550", 550)]
    [InlineData("data=554", 554)]
    [InlineData("mail=552", 552)]
    public async Task A_permanent_refusal_of_the_mail_rejects_it(string option, int code)
    {
        await using var server = await SmtpSink.StartAsync(option);
        var result = Assert.IsType<SmtpResult.Rejected>(await server.SendAsync(SmtpSecurity.Auto));
        Assert.Equal(code, result.Code);
        Assert.Contains("refused by the test", result.Reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recipient=451", "451")]
    [InlineData("data=452", "452")]
    [InlineData("mail=451", "451")]
    [InlineData("mail=550", "The sender was refused: 550")]
    [InlineData("recipient=421", "421")]
    [InlineData("recipient=530", "530")]
    public async Task A_temporary_refusal_or_one_of_the_sender_defers_it(string option, string reason)
    {
        await using var server = await SmtpSink.StartAsync(option);
        AssertDeferred(reason, await server.SendAsync(SmtpSecurity.Auto));
    }

    [Fact]
    public async Task A_connection_dropped_in_the_middle_of_a_mail_defers_it()
    {
        await using var server = await SmtpSink.StartAsync("drop=100000");
        var mail = Mails.Plain with { Text = new string('x', 600_000) };
        Assert.IsType<SmtpResult.Deferred>(await server.SendAsync(SmtpSecurity.Auto, mail: mail));
        await server.AssertNothingMoreAsync();
    }

    [Fact]
    public async Task A_server_that_is_not_there_defers_the_mail()
    {
        int port;
        await using (var server = await SmtpSink.StartAsync())
            port = server.Port;
        await using var client = new SmtpClient(
            new SmtpSettings("127.0.0.1", port, null, null, SmtpSecurity.Auto), Mails.Sender, TimeProvider.System);
        Assert.IsType<SmtpResult.Deferred>(await client.SendAsync(Mails.Plain, CancellationToken.None));
    }

    [Fact]
    public async Task A_server_that_never_answers_the_mail_is_given_two_minutes()
    {
        var clock = new FakeClock();
        await using var server = await SmtpSink.StartAsync("hang");
        await using var client = new SmtpClient(server.Settings(SmtpSecurity.Auto), Mails.Sender, clock);
        var sending = client.SendAsync(Mails.Plain, CancellationToken.None);
        await server.NextAsync(); // the whole mail has arrived: the client waits for the verdict
        clock.Advance(SmtpConnection.DataLimit - TimeSpan.FromTicks(1));
        Assert.False(sending.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));
        AssertDeferred("within 120 s", await sending);
    }

    [Fact]
    public async Task Cancelling_stops_the_wait()
    {
        using var stop = new CancellationTokenSource();
        await using var server = await SmtpSink.StartAsync("hang");
        await using var client = server.Client(SmtpSecurity.Auto);
        var sending = client.SendAsync(Mails.Plain, stop.Token);
        await server.NextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Many_mails_go_over_one_connection()
    {
        await using var server = await SmtpSink.StartAsync(SmtpSink.WithLogin("PLAIN", "starttls"));
        await using var client = server.Client(SmtpSecurity.StartTls, SmtpSink.User);
        for (var i = 0; i < 20; i++)
        {
            var mail = Mails.Plain with { Id = $"mail-{i}" };
            Assert.IsType<SmtpResult.Accepted>(await client.SendAsync(mail, CancellationToken.None));
        }

        Assert.True((await server.NextAsync()).TryGetProperty("auth", out _));
        var sessions = new HashSet<string?>(StringComparer.Ordinal);
        for (var i = 0; i < 20; i++)
        {
            var received = await server.NextAsync();
            Assert.Equal($"<mail-{i}@gatehouse.example>", Read(received)["Message-ID"]);
            sessions.Add(received.GetProperty("session").GetString());
        }

        Assert.Single(sessions);
        await server.AssertNothingMoreAsync();
    }

    [Fact]
    public async Task A_refused_mail_does_not_spoil_the_next()
    {
        await using var server = await SmtpSink.StartAsync("no-utf8");
        await using var client = server.Client(SmtpSecurity.Auto);
        var foreign = Mails.Plain with { To = "josé@example.com" };
        var hostile = Mails.Plain with { To = "a b@example.com" };
        Assert.IsType<SmtpResult.Accepted>(await client.SendAsync(Mails.Plain, CancellationToken.None));
        Assert.IsType<SmtpResult.Rejected>(await client.SendAsync(foreign, CancellationToken.None));
        Assert.IsType<SmtpResult.Rejected>(await client.SendAsync(hostile, CancellationToken.None));
        Assert.IsType<SmtpResult.Accepted>(await client.SendAsync(Mails.Plain, CancellationToken.None));
        var (first, second) = (await server.NextAsync(), await server.NextAsync());
        Assert.Equal(first.GetProperty("session").GetString(), second.GetProperty("session").GetString());
        await server.AssertNothingMoreAsync();
    }

    [Fact]
    public async Task An_address_outside_ascii_goes_by_smtputf8()
    {
        await using var server = await SmtpSink.StartAsync();
        var mail = Mails.Plain with { To = "josé@bücher.example" };
        Assert.IsType<SmtpResult.Accepted>(await server.SendAsync(SmtpSecurity.Auto, mail: mail));
        var received = await server.NextAsync();
        Assert.True(received.GetProperty("from").GetProperty("args").GetProperty("SMTPUTF8").GetBoolean());
        Assert.StartsWith("josé@", Recipients(received), StringComparison.Ordinal);
        Assert.Equal("josé@xn--bcher-kva.example", Read(received)["To"]);
    }

    [Fact]
    public void The_settings_print_no_credentials()
    {
        var settings = new SmtpSettings("mail.example.com", 587, "user", "secret", SmtpSecurity.StartTls);
        Assert.Equal("smtp://mail.example.com:587 (StartTls)", settings.ToString());
    }

    [Theory]
    [InlineData(SmtpSecurity.Auto, 465, true)]
    [InlineData(SmtpSecurity.Auto, 587, false)]
    [InlineData(SmtpSecurity.Tls, 2465, true)]
    [InlineData(SmtpSecurity.StartTls, 465, false)]
    [InlineData(SmtpSecurity.None, 465, false)]
    internal void Auto_means_tls_from_the_start_on_port_465(SmtpSecurity security, int port, bool tls) =>
        Assert.Equal(tls, new SmtpSettings("mail.example.com", port, null, null, security).StartsWithTls);

    private static void AssertDeferred(string reason, SmtpResult result) =>
        Assert.Contains(reason, Assert.IsType<SmtpResult.Deferred>(result).Reason, StringComparison.Ordinal);

    private static string Recipients(JsonElement received) =>
        string.Join(", ", received.GetProperty("to").EnumerateArray().Select(recipient => recipient.GetString()));

    private static ReceivedMail Read(JsonElement received) =>
        ReceivedMail.Parse(received.GetProperty("source").GetBytesFromBase64());
}
