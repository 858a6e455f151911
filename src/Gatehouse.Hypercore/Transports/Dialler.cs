using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Transports;

/// <summary>
/// Keeps one connection to one peer: dials, replicates, and dials again after a pause of 1 to 60 seconds, until it is
/// disposed.
/// </summary>
public sealed class Dialler : IAsyncDisposable
{
    private readonly Replicator replicator;
    private readonly PublicKey? expected;
    private readonly Action<Exception>? failed;
    private readonly Func<CancellationToken, Task<Stream>> connect;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task dialling;
    private bool isDisposed;

    private Dialler(
        Replicator replicator,
        PublicKey? expected,
        Action<Exception>? failed,
        Func<CancellationToken, Task<Stream>> connect)
    {
        this.failed = failed;
        this.replicator = replicator;
        this.expected = expected;
        this.connect = connect;
        dialling = DialAsync(stopping.Token);
    }

    /// <summary>
    /// Why the last connection, or try of one, ended. Null while the first is under way.
    /// </summary>
    public ConnectionEnd? LastEnd { get; private set; }

    /// <summary>Dials by TCP.</summary>
    /// <param name="expected">Whom it must be; null for anybody, who then gets what he knows the key of.</param>
    /// <param name="failed">
    /// Told when a connection ended by an exception, of its carrier or of a bug; dialling goes on. It neither waits nor
    /// throws.
    /// </param>
    public static Dialler Tcp(
        Replicator replicator,
        string host,
        int port,
        PublicKey? expected = null,
        Action<Exception>? failed = null)
    {
        ArgumentNullException.ThrowIfNull(replicator);
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        return new Dialler(replicator, expected, failed, async cancellationToken =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(host, port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        });
    }

    /// <summary>Dials a WebSocket (ws or wss) that carries the stream in binary messages.</summary>
    /// <inheritdoc cref="Tcp"/>
    public static Dialler WebSocket(
        Replicator replicator, Uri address, PublicKey? expected = null, Action<Exception>? failed = null)
    {
        ArgumentNullException.ThrowIfNull(replicator);
        ArgumentNullException.ThrowIfNull(address);
        if (!address.IsAbsoluteUri || address.Scheme is not ("ws" or "wss"))
            throw new ArgumentException("The address is not one of a WebSocket.", nameof(address));
        return new Dialler(replicator, expected, failed, async cancellationToken =>
        {
            var socket = new ClientWebSocket();
            try
            {
                socket.Options.AddSubProtocol(WebSocketTransport.SubProtocol);
                await socket.ConnectAsync(address, cancellationToken);
                return WebSocketTransport.Carry(socket);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        });
    }

    /// <summary>
    /// Dials by whatever connects; an <see cref="IOException"/> of it means that nobody answered. Its token is cancelled
    /// after the time that a handshake may take, which begins anew when it has connected.
    /// </summary>
    /// <inheritdoc cref="Tcp"/>
    public static Dialler Over(
        Replicator replicator,
        Func<CancellationToken, Task<Stream>> connect,
        PublicKey? expected = null,
        Action<Exception>? failed = null)
    {
        ArgumentNullException.ThrowIfNull(replicator);
        ArgumentNullException.ThrowIfNull(connect);
        return new Dialler(replicator, expected, failed, connect);
    }

    /// <summary>Ends the connection and dials no more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Interlocked.Exchange(ref isDisposed, true))
            await stopping.CancelAsync();
        await dialling;
        stopping.Dispose();
    }

    private async Task DialAsync(CancellationToken cancellationToken)
    {
        var backOff = new BackOff();
        while (!cancellationToken.IsCancellationRequested)
        {
            var hasOpened = false;
            LastEnd = await TryOnceAsync(() => hasOpened = true, cancellationToken);
            if (hasOpened && LastEnd != ConnectionEnd.Failed)
                backOff.Reset();
            await Task.Delay(backOff.Next(), replicator.Time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ConnectionEnd> TryOnceAsync(Action opened, CancellationToken cancellationToken)
    {
        Stream stream;
        using var limit = new CancellationTokenSource(replicator.HandshakeTime, replicator.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            stream = await connect(both.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ConnectionEnd.Stopped;
        }
        catch (OperationCanceledException) // our limit, or one of its own: who accepts and then says nothing
        {
            return ConnectionEnd.Unreachable;
        }
        catch (Exception exception) when (exception is IOException or SocketException or WebSocketException)
        {
            return ConnectionEnd.Unreachable;
        }
        catch (Exception exception) // nobody awaits this task: what it threw would end the dialling unseen
        {
            failed?.Invoke(exception);
            return ConnectionEnd.Failed;
        }
        try
        {
            return await replicator.AttachAsync(stream, isInitiator: true, expected, opened, cancellationToken);
        }
        catch (Exception exception) // the outermost edge: the next try may go well
        {
            failed?.Invoke(exception);
            return ConnectionEnd.Failed;
        }
    }
}
