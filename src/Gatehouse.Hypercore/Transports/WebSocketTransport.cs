using System.Net.WebSockets;

namespace Gatehouse.Hypercore.Transports;

/// <summary>Carries a connection over a WebSocket: in binary messages, whose ends have no meaning.</summary>
public static class WebSocketTransport
{
    /// <summary>The sub-protocol both sides agree on.</summary>
    public const string SubProtocol = "hypercore-secret-stream";

    /// <summary>
    /// Makes a connected WebSocket the stream that a replicator is attached to, and that disposes it. There is no
    /// goodbye: the connection ends as it is.
    /// </summary>
    public static Stream Carry(WebSocket socket) =>
        WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true);
}
