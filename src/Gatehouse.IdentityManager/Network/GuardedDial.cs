using System.Net;
using System.Net.Sockets;

namespace Gatehouse.IdentityManager.Network;

/// <summary>Connects to a host by an address that was looked up once and found to be admissible.</summary>
internal static class GuardedDial
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

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
        return new NetworkStream(await ConnectFirstAsync(admitted, port, cancellationToken), ownsSocket: true);
    }

    /// <summary>
    /// Whichever connects first, each begun a little after the one before: an address that swallows everything, as IPv6
    /// does where it is broken, keeps nobody from the next (RFC 8305).
    /// </summary>
    /// <exception cref="IOException">None can be connected to.</exception>
    public static async Task<Socket> ConnectFirstAsync(
        IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<Socket>> trying = [];
        Exception? last = null;
        try
        {
            for (var begun = 0; begun < addresses.Count || trying.Count > 0;)
            {
                if (begun < addresses.Count)
                    trying.Add(ConnectAsync(new IPEndPoint(addresses[begun++], port), stop.Token));
                var pause = begun < addresses.Count ? HeadStart : Timeout.InfiniteTimeSpan;
                await Task.WhenAny([.. trying, Task.Delay(pause, stop.Token)]);
                foreach (var ended in trying.Where(task => task.IsCompleted).ToList())
                {
                    trying.Remove(ended);
                    if (ended.IsCompletedSuccessfully)
                        return await ended;
                    last = ended.Exception?.InnerException;
                }
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var late in trying)
                await DropAsync(late);
        }
        throw new IOException("The app doesn't answer.", last);
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(to, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One that connected too late is closed, and why another didn't is nobody's concern.</summary>
    private static async Task DropAsync(Task<Socket> late)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late.IsCompletedSuccessfully)
            (await late).Dispose();
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
