using System.Net;
using System.Net.Sockets;
using Gatehouse.IdentityManager.Network;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Tests.Network;

public sealed class AppOriginTests
{
    [Theory]
    [InlineData("http://localhost", true)]
    [InlineData("https://localhost", false)]
    public void A_web_socket_in_the_clear_is_for_an_origin_in_the_clear(string at, bool isUsable)
    {
        Assert.True(WebOrigin.TryParse(at, out var origin));
        using var app = new AppOrigin(origin, allowsPrivate: false);
        var service = new Service(ServiceType.WebSocket, new Uri("ws://localhost/jlinx"), default);
        Assert.Equal(isUsable, app.Usable([service]).Count == 1);
    }

    [Fact]
    public async Task The_last_time_there_is_stays_that_however_old_a_cache_says_it_is()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            using var visitor = await listener.AcceptSocketAsync();
            await visitor.ReceiveAsync(new byte[4096]);
            await visitor.SendAsync(
                "HTTP/1.1 200 OK\r\nDate: Fri, 31 Dec 9999 23:59:59 GMT\r\nAge: 2147483647\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray());
        });
        Assert.True(WebOrigin.TryParse($"http://{listener.LocalEndpoint}", out var origin));
        using var app = new AppOrigin(origin, allowsPrivate: false);
        await Assert.ThrowsAsync<AppException>(() => app.ReadAsync(CancellationToken.None)); // {} isn't what it should be
        await answering;
        Assert.Equal(DateTimeOffset.MaxValue, app.Time);
    }
}
