using System.IO.Pipelines;

namespace Gatehouse.Jlinx.Tests.Support;

/// <summary>Two ends of a byte stream in memory.</summary>
internal sealed class Duplex : Stream
{
    private readonly PipeReader reader;
    private readonly PipeWriter writer;
    private readonly Stream reading, writing;

    private Duplex(PipeReader reader, PipeWriter writer)
    {
        (this.reader, this.writer) = (reader, writer);
        (reading, writing) = (reader.AsStream(), writer.AsStream());
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

    public static (Duplex One, Duplex Other) Create()
    {
        var options = new PipeOptions(useSynchronizationContext: false);
        Pipe there = new(options), back = new(options);
        return (new Duplex(back.Reader, there.Writer), new Duplex(there.Reader, back.Writer));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        reading.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await writing.WriteAsync(buffer, cancellationToken);
        await writing.FlushAsync(cancellationToken);
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
        writer.Complete();
        reader.CancelPendingRead();
        base.Dispose(disposing);
    }
}
