using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Control;

/// <summary>The process that has the vault, asked over its socket.</summary>
internal sealed class RemoteDesk(VaultPlace place) : IDesk
{
    private static readonly Reply OfAnotherRelease =
        Reply.Refused("The jlinx that has the vault is of another release. End it, and start it anew.");

    public async IAsyncEnumerable<Reply> AskAsync(
        Call call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (!await TryConnectAsync(place, socket, cancellationToken))
        {
            yield return Reply.Refused("The jlinx that had the vault has ended. Try again.");
            yield break;
        }
        await using var stream = new NetworkStream(socket);
        using var lines = new JsonLines(stream);
        await lines.WriteAsync(call, ControlJson.Default.Call, cancellationToken);
        var hasEnded = false;
        while (await ReadAsync(lines, cancellationToken) is { } reply)
        {
            hasEnded = reply.Note is null && call.Verb != Call.Watch; // which has no last answer
            yield return reply;
            if (ReferenceEquals(reply, OfAnotherRelease))
                yield break;
        }
        if (!hasEnded)
            yield return Reply.Refused("The jlinx that has the vault has ended.");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Whether there is a process that answers.</summary>
    public static async Task<bool> IsThereAsync(VaultPlace place, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return await TryConnectAsync(place, socket, cancellationToken);
    }

    private static async Task<Reply?> ReadAsync(JsonLines lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadAsync(ControlJson.Default.Reply, cancellationToken);
        }
        catch (JsonException)
        {
            return OfAnotherRelease;
        }
    }

    private static async Task<bool> TryConnectAsync(
        VaultPlace place, Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(place.Socket), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
