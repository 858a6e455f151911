using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gatehouse.Tests.Mail.Broker;

/// <summary>
/// A mail server that can be stopped in the middle of anything, and knows exactly which of its answers were heard: one is
/// when the client says another word on the same connection.
/// </summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<AcceptedMail> accepted = new();
    private readonly ConcurrentDictionary<Socket, byte> open = new();
    private TcpListener? listener;
    private int held;
    private Task serving = Task.CompletedTask;

    public MailServer()
    {
        Start();
        Port = ((IPEndPoint)listener!.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>Every mail that was accepted, in order; a second copy too.</summary>
    public IReadOnlyList<AcceptedMail> Accepted => [.. accepted];

    /// <summary>While it is set a mail is answered only once it completes.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>How many mails wait for their answer.</summary>
    public int Held => held;

    public (string Key, string Value)[] Settings =>
    [
        ("Mail:Smtp:Host", "127.0.0.1"),
        ("Mail:Smtp:Port", Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("Mail:Smtp:Security", "None"),
        ("Mail:From", "Door <door@example.com>"),
    ];

    public void Start()
    {
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        serving = AcceptAsync(listener);
    }

    /// <summary>Gone, with every conversation it is in.</summary>
    public async Task StopAsync()
    {
        listener?.Stop();
        foreach (var socket in open.Keys)
            socket.Close(0);
        await serving;
    }

    public async ValueTask DisposeAsync()
    {
        Hold?.TrySetResult();
        await StopAsync();
        listener?.Dispose();
    }

    private async Task AcceptAsync(TcpListener from)
    {
        try
        {
            while (true)
                _ = ServeAsync(await from.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        open[socket] = 0;
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            await TalkAsync(stream, reader);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // one of us hung up
        }
        open.TryRemove(socket, out _);
    }

    private async Task TalkAsync(NetworkStream stream, StreamReader reader)
    {
        var (to, last) = ("", (AcceptedMail?)null);
        await SayAsync(stream, "220 ready");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (last is not null)
                last.WasHeard = true;
            if (line == "QUIT")
                return;
            if (line.StartsWith("RCPT TO:", StringComparison.Ordinal))
                to = line["RCPT TO:<".Length..line.IndexOf('>', StringComparison.Ordinal)];
            if (line != "DATA")
            {
                await SayAsync(stream, "250 fine");
                continue;
            }
            await SayAsync(stream, "354 go");
            var id = "";
            while (await reader.ReadLineAsync() is { } text && text != ".")
            {
                if (text.StartsWith("Message-ID: ", StringComparison.OrdinalIgnoreCase))
                    id = text["Message-ID: ".Length..];
            }
            Interlocked.Increment(ref held);
            if (Hold is { } hold)
                await hold.Task;
            Interlocked.Decrement(ref held);
            last = new AcceptedMail(to, id);
            accepted.Enqueue(last);
            await SayAsync(stream, "250 taken");
        }
    }

    private static async Task SayAsync(NetworkStream stream, string line) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"));
}

internal sealed record AcceptedMail(string To, string Id)
{
    /// <summary>The client went on talking: it had read that this mail was taken, and written it down.</summary>
    public volatile bool WasHeard;
}
