using System.Net.WebSockets;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Transports;
using Gatehouse.Jlinx.Headers;

namespace Gatehouse.IdentityManager.Network;

/// <summary>
/// Keeps a connection to an app's service, whoever it claims to be at whatever address: its key is pinned.
/// </summary>
internal static class ServiceDialler
{
    private static readonly HttpMessageInvoker Guarded = new(GuardedDial.NewHandler(allowsPrivate: false));
    private static readonly HttpMessageInvoker Unguarded = new(GuardedDial.NewHandler(allowsPrivate: true));

    public static Dialler Dial(Replicator replicator, Service service, bool allowsPrivate) => Dialler.Over(
        replicator,
        cancellationToken => service.Type == ServiceType.Tcp
            ? GuardedDial.ConnectAsync(
                service.Endpoint.IdnHost, service.Endpoint.Port, allowsPrivate, cancellationToken)
            : ConnectWebSocketAsync(service.Endpoint, allowsPrivate, cancellationToken),
        service.Noise);

    private static async Task<Stream> ConnectWebSocketAsync(
        Uri address, bool allowsPrivate, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(WebSocketTransport.SubProtocol);
            await socket.ConnectAsync(address, allowsPrivate ? Unguarded : Guarded, cancellationToken);
            return WebSocketTransport.Carry(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
