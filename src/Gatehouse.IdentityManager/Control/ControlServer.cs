using System.Net.Sockets;
using System.Text.Json;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Control;

/// <summary>
/// Answers the commands of other processes over a socket in the vault's directory, which only the person can enter: who
/// can connect could read what the vault's process writes as well. One JSON line is asked, JSON lines are answered.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private const int Backlog = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly IDesk desk;
    private readonly string path;
    private readonly Socket socket;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    private ControlServer(IDesk desk, string path, Socket socket)
    {
        this.desk = desk;
        this.path = path;
        this.socket = socket;
        accepting = AcceptAsync();
    }

    /// <summary>Listens. The caller has the vault's lock: a socket that is there is a dead process's.</summary>
    public static ControlServer Open(VaultPlace place, IDesk desk)
    {
        File.Delete(place.Socket);
        var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listening.Bind(new UnixDomainSocketEndPoint(place.Socket));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(place.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listening.Listen(Backlog);
            return new ControlServer(desk, place.Socket, listening);
        }
        catch
        {
            listening.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        socket.Dispose();
        await accepting;
        File.Delete(path);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var visits = new List<Task>();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                visits.Add(ServeAsync(await socket.AcceptAsync(stopping.Token)));
                visits.RemoveAll(visit => visit.IsCompleted);
            }
            catch (SocketException) when (!stopping.IsCancellationRequested)
            {
                // Too many files are open, as a rule: not for ever.
                await Task.Delay(Pause, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception) when (IsEnd(exception))
            {
                break;
            }
        }
        await Task.WhenAll(visits);
    }

    private async Task ServeAsync(Socket visitor)
    {
        await using var stream = new NetworkStream(visitor, ownsSocket: true);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        try
        {
            using var lines = new JsonLines(stream);
            if (await lines.ReadAsync(ControlJson.Default.Call, gone.Token) is not { } call)
                return;
            var watching = CancelWhenGoneAsync(lines, gone);
            try
            {
                await foreach (var reply in desk.AskAsync(call, gone.Token))
                    await lines.WriteAsync(reply, ControlJson.Default.Reply, gone.Token);
            }
            catch (Exception exception) when (!IsEnd(exception)) // a bug: one answer's, not that of all others
            {
                var told = Reply.Refused($"That went wrong inside: {exception.Message}");
                await lines.WriteAsync(told, ControlJson.Default.Reply, gone.Token);
            }
            await gone.CancelAsync();
            await watching;
        }
        catch (Exception exception) when (IsEnd(exception) || exception is JsonException)
        {
            // Who asked has gone, or spoke something else.
        }
    }

    /// <summary>Who waits for an answer says nothing more: what can be read is the end.</summary>
    private static async Task CancelWhenGoneAsync(JsonLines lines, CancellationTokenSource gone)
    {
        try
        {
            await lines.ReadLineAsync(gone.Token);
            await gone.CancelAsync();
        }
        catch (Exception exception) when (IsEnd(exception))
        {
        }
    }

    private static bool IsEnd(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException;
}
