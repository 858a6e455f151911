using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>A carrier that breaks in the middle of a frame, of those written to it or of those read.</summary>
internal sealed class CutStream(Stream carrier) : Stream
{
    private readonly List<byte> prefix = [];
    private int framesLeft = int.MaxValue;
    private bool countsWritten;
    private int rest; // of the frame that is passing

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>How many frames have begun to pass, in the direction that is counted.</summary>
    public int Frames { get; private set; }

    public void CutAfter(int frames, bool written) => (framesLeft, countsWritten) = (frames, written);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await carrier.ReadAsync(buffer, cancellationToken);
        if (countsWritten)
            return read;
        var passes = Pass(buffer.Span[..read]);
        if (passes < read)
            await carrier.DisposeAsync();
        return passes;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var passes = countsWritten ? Pass(buffer.Span) : buffer.Length;
        await carrier.WriteAsync(buffer[..passes], cancellationToken);
        if (passes == buffer.Length)
            return;
        await carrier.DisposeAsync();
        throw new IOException("Cut.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        carrier.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>How many of the bytes pass: all, or those up to the middle of the frame that is cut.</summary>
    private int Pass(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (rest > 0)
            {
                rest--;
                continue;
            }
            if (prefix.Count == 0)
            {
                if (Frames >= framesLeft)
                    return Math.Min(i + 2, bytes.Length - 1); // a part of its length
                Frames++;
            }
            prefix.Add(bytes[i]);
            if (prefix.Count < FrameFormat.PrefixBytes)
                continue;
            rest = FrameFormat.ReadLength(prefix.ToArray());
            prefix.Clear();
        }
        return bytes.Length;
    }
}
