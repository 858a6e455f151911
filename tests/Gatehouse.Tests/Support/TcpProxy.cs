using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Tests.Support;

/// <summary>
/// Stands between the product and something it depends on, and lets a test take that away: gone (connections are
/// refused and cut), hanging (taken, and never answered), slow (every piece is late) or reset (each connection there is
/// breaks, new ones are good).
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ended = new();
    private readonly ConcurrentDictionary<Socket, byte> open = new();
    private readonly EndPoint target;
    private readonly Task accepting;
    private volatile State state = State.Passing;
    private long delayTicks;
    private long answerDelayTicks;

    private TcpProxy(EndPoint target)
    {
        this.target = target;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    private enum State
    {
        Passing,
        Gone,
        Hanging,
    }

    public int Port { get; }

    public static TcpProxy To(string host, int port) => new(new DnsEndPoint(host, port, AddressFamily.InterNetwork));

    public void Pass()
    {
        // What hung has lost bytes on the way; those connections are of no more use to anybody.
        if (state == State.Hanging)
            CutAll();
        state = State.Passing;
        Slow(TimeSpan.Zero);
    }

    public void Cut()
    {
        state = State.Gone;
        CutAll();
    }

    public void Hang() => state = State.Hanging;

    /// <summary>Whatever passes, passes this much later, in both directions.</summary>
    public void Slow(TimeSpan by)
    {
        Interlocked.Exchange(ref delayTicks, by.Ticks);
        Interlocked.Exchange(ref answerDelayTicks, by.Ticks);
    }

    /// <summary>Requests pass at once, their answers this much later: what is asked for is done before anybody hears of it.</summary>
    public void SlowAnswers(TimeSpan by) => Interlocked.Exchange(ref answerDelayTicks, by.Ticks);

    public void Reset() => CutAll();

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Stop();
        CutAll();
        await accepting;
        ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptSocketAsync(ended.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the end of the test
        }
    }

    private async Task ServeAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            open[near] = 0;
            if (state == State.Gone)
                return;
            await far.ConnectAsync(target, ended.Token);
            await Task.WhenAny(
                PumpAsync(near, far, () => Interlocked.Read(ref delayTicks)),
                PumpAsync(far, near, () => Interlocked.Read(ref answerDelayTicks)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // cut
        }
        finally
        {
            open.TryRemove(near, out _);
            near.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Func<long> delay)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer, ended.Token)) > 0)
        {
            if (delay() is > 0 and var ticks)
                await Task.Delay(TimeSpan.FromTicks(ticks), ended.Token);
            if (state == State.Passing)
                await to.SendAsync(buffer.AsMemory(0, read), ended.Token);
        }
    }

    private void CutAll()
    {
        foreach (var socket in open.Keys)
            socket.Close(0);
    }
}
