using System.IO.Pipelines;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>
/// Two ends of a byte stream in memory. One may be told to break after so many frames were written to it.
/// </summary>
internal sealed class Duplex : Stream
{
    private readonly Stream reading, writing;
    private readonly PipeReader reader;
    private readonly PipeWriter writer;
    private int framesLeft = int.MaxValue;
    private bool isBroken;

    private Duplex(PipeReader reader, PipeWriter writer)
    {
        this.reader = reader;
        this.writer = writer;
        reading = reader.AsStream();
        writing = writer.AsStream();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>All that was written here.</summary>
    public List<byte> Written { get; } = [];

    public int FramesWritten { get; private set; }

    public static (Duplex One, Duplex Other) Create()
    {
        var options = new PipeOptions(useSynchronizationContext: false);
        Pipe there = new(options), back = new(options);
        return (new Duplex(back.Reader, there.Writer), new Duplex(there.Reader, back.Writer));
    }

    /// <summary>Lets that many whole frames through and then breaks in the middle of the next.</summary>
    public void BreakAfter(int frames) => framesLeft = frames;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        reading.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (isBroken)
            throw new IOException("Broken.");
        var passed = 0;
        while (passed < buffer.Length && framesLeft > 0)
        {
            passed += FrameFormat.PrefixBytes + FrameFormat.ReadLength(buffer.Span[passed..]);
            framesLeft--;
            FramesWritten++;
        }
        isBroken = passed < buffer.Length;
        var whole = isBroken ? buffer[..(passed + 2)] : buffer;
        lock (Written)
            Written.AddRange(whole.Span);
        await writing.WriteAsync(whole, cancellationToken);
        await writing.FlushAsync(cancellationToken);
        if (isBroken)
        {
            await writer.CompleteAsync();
            throw new IOException("Broken.");
        }
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
        // Both directions end: as when a socket is closed.
        writer.Complete();
        reader.CancelPendingRead();
        base.Dispose(disposing);
    }
}
