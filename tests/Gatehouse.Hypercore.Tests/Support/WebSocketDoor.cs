using System.Net;
using System.Net.WebSockets;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Transports;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>A host that accepts WebSockets and hands them to a replicator, as a web server would.</summary>
internal sealed class WebSocketDoor : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly Replicator replicator;
    private readonly Task accepting;
    private readonly List<Task<ConnectionEnd>> visits = [];

    public WebSocketDoor(Replicator replicator)
    {
        this.replicator = replicator;
        using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await accepting;
        await replicator.DisposeAsync();
        await Task.WhenAll(visits);
    }

    private async Task AcceptAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            WebSocket socket = (await context.AcceptWebSocketAsync(WebSocketTransport.SubProtocol)).WebSocket;
            visits.Add(replicator.AttachAsync(WebSocketTransport.Carry(socket), isInitiator: false));
        }
    }
}
