using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>Where one request ends and the next begins is never in doubt, whatever a proxy in front thinks.</summary>
public sealed class FramingTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    private const string Head = "POST /api/auth/logout HTTP/1.1\r\nHost: localhost\r\n";

    [Theory]
    [Meets("GH-SEC-245")]
    [InlineData("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")]
    [InlineData("Content-Length: 2, 2\r\n\r\n{}")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("X-A: b\r\n folded\r\n\r\n")]
    [InlineData("Content-Length: -1\r\n\r\n")]
    [InlineData("X-A: b\0c\r\n\r\n")]
    public async Task What_could_be_read_two_ways_is_refused(string rest) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await RawHttp.SendAsync(shared.App.Address, Head + rest))!.Status);

    [Fact]
    [Meets("GH-SEC-245")]
    public async Task A_request_hidden_behind_two_lengths_is_never_served()
    {
        const string Hidden = "GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
        var request = Head + $"Content-Length: {5 + Hidden.Length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + Hidden;

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, shared.App.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        var answers = await new StreamReader(client.GetStream()).ReadToEndAsync(); // the server hangs up

        Assert.Single(answers.Split("HTTP/1.1 "), part => part.Length > 0);
        Assert.DoesNotContain("\"keys\"", answers, StringComparison.Ordinal);
    }
}
