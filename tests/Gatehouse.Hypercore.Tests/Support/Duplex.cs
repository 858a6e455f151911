using System.IO.Pipelines;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>
/// Two ends of a byte stream in memory. One may be told to break after so many frames were written to it.
/// </summary>
internal sealed class Duplex : Stream
{
    private const int SlowBytes = 4096;

    private readonly Stream reading, writing;
    private readonly PipeReader reader;
    private readonly PipeWriter writer;
    private int framesLeft = int.MaxValue;
    private bool isBroken;
    private int rest; // of a frame whose beginning was written already

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

    /// <summary>How often something was read here.</summary>
    public int Reads { get; private set; }

    public long BytesRead { get; private set; }

    /// <summary>What follows on each read, of so many bytes, before they are there: a slow line.</summary>
    public Func<int, Task>? Carry { get; set; }

    public bool IsClosing { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>What whoever disposes it has to wait for.</summary>
    public Task ClosesAfter { get; set; } = Task.CompletedTask;

    /// <param name="isEndless">Whether all that is written is taken at once, and not only some 64 KiB.</param>
    /// <param name="room">How much is on its way at most, as in a socket's buffers: who writes more waits.</param>
    public static (Duplex One, Duplex Other) Create(bool isEndless = false, int room = -1)
    {
        var most = isEndless ? 0 : room;
        var options = new PipeOptions(
            pauseWriterThreshold: most, resumeWriterThreshold: most, useSynchronizationContext: false);
        Pipe there = new(options), back = new(options);
        return (new Duplex(back.Reader, there.Writer), new Duplex(there.Reader, back.Writer));
    }

    /// <summary>Lets that many whole frames through and then breaks in the middle of the next.</summary>
    public void BreakAfter(int frames) => framesLeft = frames;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Carry is null)
        {
            var all = await reading.ReadAsync(buffer, cancellationToken);
            Reads++;
            BytesRead += all;
            return all;
        }
        var read = await reading.ReadAsync(buffer[..Math.Min(buffer.Length, SlowBytes)], cancellationToken);
        await Carry(read);
        Reads++;
        BytesRead += read;
        return read;
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (isBroken)
            throw new IOException("Broken.");
        var passed = Math.Min(rest, buffer.Length);
        rest -= passed;
        while (passed < buffer.Length && framesLeft > 0)
        {
            var frame = FrameFormat.PrefixBytes + FrameFormat.ReadLength(buffer.Span[passed..]);
            rest = Math.Max(0, frame - (buffer.Length - passed));
            passed = Math.Min(buffer.Length, passed + frame);
            framesLeft--;
            FramesWritten++;
        }
        isBroken = passed < buffer.Length;
        var whole = isBroken ? buffer[..Math.Min(buffer.Length, passed + 2)] : buffer;
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

    public override async ValueTask DisposeAsync()
    {
        IsClosing = true;
        await ClosesAfter;
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        // Both directions end: as when a socket is closed.
        writer.Complete();
        reader.CancelPendingRead();
        base.Dispose(disposing);
    }
}
