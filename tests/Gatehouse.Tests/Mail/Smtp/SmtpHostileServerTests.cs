using Gatehouse.Mail.Smtp;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail.Smtp;

public sealed class SmtpHostileServerTests : IDisposable
{
    private readonly RawServer server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task An_endless_line_is_cut_off() => await AssertDeferredAsync("more than 2048 bytes", async client =>
    {
        await client.SayAsync("220 ");
        while (true)
            await client.SayAsync(new string('x', 65536));
    });

    [Fact]
    public async Task An_endless_answer_is_cut_off() => await AssertDeferredAsync("more than 100 lines", async client =>
    {
        while (true)
            await client.SayAsync(string.Concat(Enumerable.Repeat("220-more\r\n", 1000)));
    });

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("\r\n")]
    [InlineData("22\r\n")]
    [InlineData("220x\r\n")]
    [InlineData("+20 hello\r\n")]
    [InlineData("199 hello\r\n")]
    [InlineData("999 hello\r\n")]
    [InlineData("220-hello\r\n250 hello\r\n")]
    [InlineData("\0\0\0\n")]
    public async Task What_is_not_smtp_is_not_believed(string greeting) =>
        await AssertDeferredAsync("not SMTP", client => client.SayAsync(greeting));

    [Theory]
    [InlineData("554 go away\r\n")]
    [InlineData("421 busy\r\n")]
    [InlineData("250 early\r\n")]
    public async Task Another_greeting_than_220_defers_the_mail(string greeting) =>
        await AssertDeferredAsync(greeting[..3], client => client.SayAsync(greeting));

    [Fact]
    public async Task A_reply_of_a_bare_code_or_in_many_pieces_is_understood()
    {
        var (result, _) = await SendAsync(server.Settings(), async client =>
        {
            await client.OpenAsync("250\n");
            await client.HearAsync("MAIL");
            await client.SayAsync("250\r\n");
            await client.HearAsync("RCPT");
            await client.SayAsync("250-a\r\n250");
            await client.SayAsync(" b\r\n");
            await client.HearMailAsync();
            await client.SayAsync("250 queued\r\n");
            await client.HearAsync("QUIT");
            await client.SayAsync("221 bye\r\n");
        });
        Assert.Equal(new SmtpResult.Accepted("250 queued"), result);
    }

    [Fact]
    [Meets("GH-SEC-253")]
    public async Task A_refusal_cannot_forge_lines_or_fill_the_log()
    {
        var (result, _) = await SendAsync(server.Settings(), async client =>
        {
            await client.OpenAsync();
            await client.HearAsync("MAIL");
            await client.SayAsync("250 ok\r\n");
            await client.HearAsync("RCPT");
            await client.SayAsync("550 no\rinfo: all is well\u001b[2J\u2028" + new string('x', 1000) + "\r\n");
            await client.HearAsync("QUIT");
            await client.SayAsync("221 bye\r\n");
        });
        var reply = Assert.IsType<SmtpResult.Rejected>(result).Reply;
        Assert.Equal(300, reply.Length);
        Assert.StartsWith("550 no?info: all is well?[2J?xxx", reply, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("250 injected\r\n")]
    [InlineData("250-injected\r\n250 AUTH PLAIN\r\n")]
    [InlineData("x")]
    public async Task Plain_text_after_the_answer_to_starttls_ends_the_conversation(string injected)
    {
        var (result, heard) = await SendAsync(server.Settings(SmtpSecurity.StartTls, "user"), async client =>
        {
            await client.OpenAsync("250-raw\r\n250 STARTTLS\r\n");
            await client.HearAsync("STARTTLS");
            await client.SayAsync("220 go on\r\n" + injected);
        });
        Assert.Contains("in the clear", Assert.IsType<SmtpResult.Deferred>(result).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("AUTH", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("MAIL", heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("454 TLS not available\r\n")]
    [InlineData("220 go on\r\n")] // and then no TLS
    public async Task Starttls_that_is_offered_but_fails_is_not_followed_by_plain_text(string answer)
    {
        var (result, heard) = await SendAsync(server.Settings(SmtpSecurity.Auto), async client =>
        {
            await client.OpenAsync("250-raw\r\n250 STARTTLS\r\n");
            await client.HearAsync("STARTTLS");
            await client.SayAsync(answer);
            await client.ReadLineAsync();
            await client.SayAsync("250 this is no handshake\r\n");
        });
        Assert.IsType<SmtpResult.Deferred>(result);
        Assert.DoesNotContain("MAIL", heard, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-281")]
    public async Task Hanging_up_after_a_mail_is_no_acceptance() => await AssertDeferredAsync("hung up", async client =>
    {
        await client.OpenAsync();
        await client.HearAsync("MAIL");
        await client.SayAsync("250 ok\r\n");
        await client.HearAsync("RCPT");
        await client.SayAsync("250 ok\r\n");
        await client.HearMailAsync();
        client.HangUp();
    });

    [Fact]
    public async Task A_server_that_says_nothing_is_given_half_a_minute()
    {
        var clock = new FakeClock();
        var armed = clock.ArmedAsync(SmtpConnection.ReplyLimit);
        var serving = server.ServeAsync(_ => Task.CompletedTask);
        await using var client = new SmtpClient(server.Settings(), Mails.Sender, clock);
        var sending = client.SendAsync(Mails.Plain, CancellationToken.None);
        await armed;
        clock.Advance(SmtpConnection.ReplyLimit - TimeSpan.FromTicks(1));
        Assert.False(sending.IsCompleted);
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(new SmtpResult.Deferred("The server did not answer within 30 s."), await sending);
        await serving;
    }

    [Fact]
    public async Task A_kept_connection_that_died_is_replaced()
    {
        Task<string>[] serving = [ServeOneAsync(), ServeOneAsync()];
        await using (var client = new SmtpClient(server.Settings(), Mails.Sender, TimeProvider.System))
        {
            AssertLater(await client.SendAsync(Mails.Plain, CancellationToken.None));
            AssertLater(await client.SendAsync(Mails.Plain, CancellationToken.None));
        }

        Assert.All(await Task.WhenAll(serving), heard => Assert.Contains("MAIL", heard, StringComparison.Ordinal));

        static void AssertLater(SmtpResult result) =>
            Assert.Contains("451 later", Assert.IsType<SmtpResult.Deferred>(result).Reason, StringComparison.Ordinal);

        Task<string> ServeOneAsync() => server.ServeAsync(async conversation =>
        {
            await conversation.OpenAsync();
            await conversation.HearAsync("MAIL");
            await conversation.SayAsync("451 later\r\n");
            conversation.HangUp();
        });
    }

    private async Task AssertDeferredAsync(string reason, Func<RawServer.Conversation, Task> script)
    {
        var (result, _) = await SendAsync(server.Settings(), script);
        Assert.Contains(reason, Assert.IsType<SmtpResult.Deferred>(result).Reason, StringComparison.Ordinal);
    }

    private async Task<(SmtpResult Result, string Heard)> SendAsync(
        SmtpSettings settings, Func<RawServer.Conversation, Task> script)
    {
        var serving = server.ServeAsync(script);
        SmtpResult result;
        await using (var client = new SmtpClient(settings, Mails.Sender, TimeProvider.System))
            result = await client.SendAsync(Mails.Plain, CancellationToken.None);
        return (result, await serving);
    }
}
