using System.Net;
using System.Net.Sockets;

namespace Gatehouse.IdentityManager.Network;

/// <summary>Connects to a host by an address that was looked up once and found to be admissible.</summary>
internal static class GuardedDial
{
    /// <exception cref="IOException">No address of the host may be, or can be, connected to.</exception>
    public static async Task<Stream> ConnectAsync(
        string host, int port, bool allowsPrivate, CancellationToken cancellationToken)
    {
        IPAddress[] found;
        try
        {
            found = await Dns.GetHostAddressesAsync(host.Trim('[', ']'), cancellationToken);
        }
        catch (SocketException exception)
        {
            throw new IOException("The app's host name is not known.", exception);
        }
        var admitted = found.Where(address => AddressRules.Admits(host, address, allowsPrivate)).ToArray();
        if (admitted.Length == 0)
            throw new IOException("The app is at a private address; --allow-private lets it be.");
        SocketException? last = null;
        foreach (var address in admitted)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                last = exception;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw new IOException("The app doesn't answer.", last);
    }

    /// <summary>For HTTP and WebSockets: nothing is followed, kept or sent through a proxy.</summary>
    public static SocketsHttpHandler NewHandler(bool allowsPrivate) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false, // it would look the name up itself
        ActivityHeadersPropagator = null,
        ConnectCallback = async (context, cancellationToken) => await ConnectAsync(
            context.DnsEndPoint.Host, context.DnsEndPoint.Port, allowsPrivate, cancellationToken),
    };
}
