using System.Net;
using System.Net.Sockets;
using Gatehouse.Hypercore.Replication;

namespace Gatehouse.Hypercore.Transports;

/// <summary>
/// Accepts peers by TCP, up to a number of connections in all and from one address, until it is disposed. Above that
/// they are closed at once.
/// </summary>
public sealed class TcpDoor : IAsyncDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly Replicator replicator;
    private readonly TcpDoorOptions options;
    private readonly Socket socket;
    private readonly Dictionary<IPAddress, int> perAddress = [];
    private readonly Dictionary<Socket, Task> visits = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;
    private int count;
    private bool isDisposed;

    private TcpDoor(Replicator replicator, IPEndPoint endPoint, TcpDoorOptions options)
    {
        this.replicator = replicator;
        this.options = options;
        socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (endPoint.Address.Equals(IPAddress.IPv6Any))
            socket.DualMode = true; // "any" means IPv4 too, which .NET leaves out by itself
        socket.Bind(endPoint);
        socket.Listen();
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        accepting = AcceptAsync(stopping.Token);
    }

    /// <summary>Where it listens, with the port that was chosen if none was given.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Begins to listen; at <see cref="IPAddress.IPv6Any"/> by IPv4 too.</summary>
    /// <exception cref="SocketException">The address can't be listened on.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of connections is below 1.</exception>
    public static TcpDoor Open(Replicator replicator, IPEndPoint endPoint, TcpDoorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(replicator);
        ArgumentNullException.ThrowIfNull(endPoint);
        options ??= new TcpDoorOptions();
        options.Validate();
        return new TcpDoor(replicator, endPoint, options);
    }

    /// <summary>Ends its connections and listens no more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Interlocked.Exchange(ref isDisposed, true))
            await stopping.CancelAsync();
        socket.Dispose();
        await accepting;
        Task[] left;
        lock (gate)
            left = [.. visits.Values];
        await Task.WhenAll(left);
        stopping.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Socket visitor;
            try
            {
                visitor = await socket.AcceptAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The visitor was gone before we were there, or the process has too many files open.
                await Task.Delay(AfterFailure, replicator.Time, CancellationToken.None);
                continue;
            }
            Receive(visitor);
        }
    }

    private void Receive(Socket visitor)
    {
        var address = Household(visitor);
        lock (gate)
        {
            var ofThis = perAddress.GetValueOrDefault(address);
            if (count >= options.MaxConnections || ofThis >= options.MaxConnectionsPerAddress)
            {
                visitor.Dispose();
                return;
            }
            count++;
            perAddress[address] = ofThis + 1;
            visits.Add(visitor, VisitAsync(visitor, address));
        }
    }

    /// <summary>What counts as one address: of IPv6 the half that a household is given as a whole.</summary>
    private static IPAddress Household(Socket visitor)
    {
        var address = (visitor.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(bytes.Length / 2).Clear();
        return new IPAddress(bytes);
    }

    private async Task VisitAsync(Socket visitor, IPAddress address)
    {
        await Task.Yield(); // out of the lock, and into the list before it can end
        try
        {
            visitor.NoDelay = true;
            var stream = new NetworkStream(visitor, ownsSocket: true);
            await replicator.AttachAsync(stream, isInitiator: false, cancellationToken: stopping.Token);
        }
        catch (Exception exception) // the outermost edge: one visit must not end the others
        {
            options.Failed?.Invoke(exception);
        }
        finally
        {
            visitor.Dispose();
            lock (gate)
            {
                visits.Remove(visitor);
                count--;
                if (--perAddress[address] == 0)
                    perAddress.Remove(address);
            }
        }
    }
}
