using System.Net.Sockets;
using System.Net.WebSockets;

namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// Reads and writes what carries a stream. That it breaks is an expected answer, not an exception; and it is told apart
/// here, at the one call, from whatever else may fail while a message is worked on.
/// </summary>
internal static class Carrier
{
    /// <summary>How many bytes were read; 0 at the end; -1 when it broke.</summary>
    public static async ValueTask<int> ReadAsync(
        Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            return -1;
        }
    }

    /// <summary>False when it broke.</summary>
    public static async ValueTask<bool> TryWriteAsync(
        Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            return false;
        }
    }

    // The last two are what pipes and WebSockets say when they were closed from here meanwhile.
    public static bool IsBroken(Exception exception) =>
        exception is IOException or SocketException or WebSocketException or InvalidOperationException
            or NotSupportedException;
}
