using System.Net;
using System.Net.Sockets;
using Gatehouse.IdentityManager.Network;

namespace Gatehouse.IdentityManager.Tests.Network;

public sealed class GuardedDialTests
{
    private static readonly IPAddress Silent = IPAddress.Parse("127.0.0.2"); // Linux has all of 127.0.0.0/8

    [Fact]
    public async Task An_address_that_swallows_everything_keeps_nobody_from_the_next()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var answering = Listen(new IPEndPoint(IPAddress.Loopback, 0), backlog: 16);
        var port = ((IPEndPoint)answering.LocalEndPoint!).Port;
        using var silent = Listen(new IPEndPoint(Silent, port), backlog: 0);
        var waiting = new List<Socket>();
        try
        {
            for (Task connected = Task.CompletedTask; connected.IsCompleted;) // until nobody more is taken in
            {
                waiting.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
                connected = waiting[^1].ConnectAsync(Silent, port);
                await Task.WhenAny(connected, Task.Delay(500));
            }
            using var first = await GuardedDial.ConnectFirstAsync([Silent, IPAddress.Loopback], port, default);
            Assert.Equal(IPAddress.Loopback, ((IPEndPoint)first.RemoteEndPoint!).Address);
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Where_no_address_can_be_connected_to_it_is_said()
    {
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // and doesn't listen
        var port = ((IPEndPoint)bound.LocalEndPoint!).Port;
        await Assert.ThrowsAsync<IOException>(() => GuardedDial.ConnectFirstAsync([IPAddress.Loopback], port, default));
    }

    private static Socket Listen(IPEndPoint at, int backlog)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(at);
        socket.Listen(backlog);
        return socket;
    }
}
