using System.Buffers;

namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// Cuts a byte stream into frames. A frame is given where it was read, to be changed in place, and is valid until the
/// next read. What a stranger announces is not allocated: the buffer grows as bytes arrive, to at most twice of what
/// did.
/// </summary>
internal sealed class FrameReader(Stream stream, ReadPace? pace = null) : IDisposable
{
    private const int UsualBytes = 16 * 1024; // some hundred small messages; an idle connection costs that much

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);
    private int start, end;
    private int counted; // of the frame that is on its way
    private int parts;

    /// <summary>Why there is no frame any more.</summary>
    public ConnectionEnd End { get; private set; }

    /// <summary>Counts what arrived, also while a frame is incomplete.</summary>
    public long BytesRead { get; private set; }

    /// <summary>How many parts of large frames have arrived.</summary>
    public int PartsRead => Volatile.Read(ref parts);

    /// <summary>Whether it waits because of its pace: nothing arrives then, and the other side is not to blame.</summary>
    public bool IsPaced => pace?.IsWaiting == true;

    /// <summary>Null when the stream ended or a frame exceeded the limit: then nothing may be read any more.</summary>
    public async ValueTask<Memory<byte>?> ReadAsync(int maxPayload, CancellationToken cancellationToken)
    {
        while (true)
        {
            var needed = FrameFormat.PrefixBytes;
            if (end - start >= needed)
            {
                var length = FrameFormat.ReadLength(buffer.AsSpan(start));
                if (length > maxPayload)
                    return Stop(ConnectionEnd.Malformed);
                needed += length;
                CountParts(Math.Min(end - start, needed));
                if (end - start >= needed)
                {
                    counted = 0;
                    var payload = buffer.AsMemory(start + FrameFormat.PrefixBytes, length);
                    start += needed;
                    return payload;
                }
            }
            MakeRoom(needed);
            var room = buffer.AsMemory(end);
            if (pace is not null && room.Length > FrameFormat.PartBytes)
                room = room[..FrameFormat.PartBytes]; // or all of it is paid for at once, and the other side waits too long
            var read = await Carrier.ReadAsync(stream, room, cancellationToken);
            if (read <= 0)
                return Stop(read == 0 && start == end ? ConnectionEnd.Closed : ConnectionEnd.Cut);
            end += read;
            BytesRead += read;
            if (pace is not null)
                await pace.PayAsync(read, cancellationToken);
        }
    }

    public void Dispose()
    {
        start = end = 0;
        var returned = Interlocked.Exchange(ref buffer, []);
        if (returned.Length > 0)
            ArrayPool<byte>.Shared.Return(returned, clearArray: true); // it held decrypted messages
    }

    private void CountParts(int arrived)
    {
        if (arrived - counted < FrameFormat.PartBytes)
            return;
        counted = arrived - (arrived % FrameFormat.PartBytes);
        Volatile.Write(ref parts, parts + 1);
    }

    private Memory<byte>? Stop(ConnectionEnd reason)
    {
        End = reason;
        return null;
    }

    private void MakeRoom(int needed)
    {
        var held = end - start;
        var wanted = Math.Max(UsualBytes, Math.Min(needed, 2 * held));
        if (buffer.Length < wanted || (held < UsualBytes / 2 && needed <= UsualBytes && buffer.Length > 2 * UsualBytes))
        {
            var other = ArrayPool<byte>.Shared.Rent(wanted);
            buffer.AsSpan(start, held).CopyTo(other);
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            buffer = other;
        }
        else if (start > 0 && (held == 0 || buffer.Length - start < needed || end == buffer.Length))
        {
            buffer.AsSpan(start, held).CopyTo(buffer);
        }
        else
        {
            return;
        }
        start = 0;
        end = held;
    }
}
