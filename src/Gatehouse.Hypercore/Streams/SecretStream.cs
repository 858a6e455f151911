using System.Security.Cryptography;

namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// Carries messages, sealed and in order, over any duplex stream. Promises: what is read was written by the holder of
/// the other side's secret key on this connection, whole and in this order. A false byte ends it for good. Must never
/// be read by two or written by two at once; one may read while another writes.
/// </summary>
internal sealed class SecretStream : IAsyncDisposable
{
    private const int UnprovenFrameBytes = 256 * 1024; // opens of some thousand channels in one batch

    private readonly Stream stream;
    private readonly FrameReader reader;
    private readonly byte[] receiving; // the cipher's state

    public SecretStream(Stream stream, FrameReader reader, Session session, byte[] sending, byte[] receiving)
    {
        this.stream = stream;
        this.reader = reader;
        this.receiving = receiving;
        Session = session;
        Writer = new FrameWriter(sending);
    }

    public Session Session { get; }

    /// <summary>Where messages are put down before <see cref="FlushAsync"/>.</summary>
    public FrameWriter Writer { get; }

    /// <summary>Raised when the other side has proven that it knows a core.</summary>
    public int MaxFrameBytes { get; set; } = UnprovenFrameBytes;

    /// <summary>Why reading gave null.</summary>
    public ConnectionEnd End { get; private set; }

    public long BytesRead => reader.BytesRead;

    public int PartsRead => reader.PartsRead;

    public bool IsPaced => reader.IsPaced;

    /// <summary>The next message, valid until the next read; signs of life are passed over. Null at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await reader.ReadAsync(MaxFrameBytes, cancellationToken) is not { } frame)
            {
                End = reader.End;
                return null;
            }
            if (!TryUnseal(frame.Span))
            {
                End = ConnectionEnd.Malformed;
                return null;
            }
            if (frame.Length > Sodium.StreamOverheadBytes)
                return frame[1..^(Sodium.StreamOverheadBytes - 1)];
        }
    }

    /// <summary>Writes all that was sealed, in parts. False when the carrier broke.</summary>
    /// <param name="beginPart">Told before each part: a slow line takes a while for a large frame.</param>
    public async ValueTask<bool> FlushAsync(Action beginPart, CancellationToken cancellationToken)
    {
        var written = true;
        for (var rest = Writer.Pending; written && !rest.IsEmpty;)
        {
            var part = rest[..Math.Min(rest.Length, FrameFormat.PartBytes)];
            rest = rest[part.Length..];
            beginPart();
            written = await Carrier.TryWriteAsync(stream, part, cancellationToken);
        }
        Writer.Clear();
        return written;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await stream.DisposeAsync();
        }
        finally
        {
            reader.Dispose();
            Writer.Dispose();
            CryptographicOperations.ZeroMemory(receiving);
            Session.Forget();
        }
    }

    /// <summary>Ends reads and writes that are under way, so that the rest may be disposed.</summary>
    public ValueTask CloseAsync() => stream.DisposeAsync();

    private bool TryUnseal(Span<byte> frame)
    {
        if (frame.Length < Sodium.StreamOverheadBytes)
            return false;
        var text = frame[1..^(Sodium.StreamOverheadBytes - 1)];
        return Sodium.TryStreamPull(receiving, text, frame, out var tag) && tag == 0; // nobody sends another tag
    }
}
