using System.Buffers;

namespace Gatehouse.Hypercore.Encoding;

/// <summary>
/// Grows an array of the shared pool. What was written is valid until the next write, <see cref="Clear"/> or
/// <see cref="Dispose"/>, which gives the array back: after that the buffer is empty and may be used again. Not for one
/// reader while another writes.
/// </summary>
/// <param name="isSecret">Whether an array is zeroed before the pool gives it to somebody else.</param>
internal sealed class PooledBuffer(int capacity = PooledBuffer.DefaultCapacity, bool isSecret = false)
    : IBufferWriter<byte>, IDisposable
{
    private const int DefaultCapacity = 256; // most messages; a pool's array is at least 16

    private byte[] array = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => array.AsSpan(0, Length);

    /// <summary>The same, to be changed in place.</summary>
    public Span<byte> Editable => array.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => array.AsMemory(0, Length);

    public CompactWriter Writer => new(this);

    public void Clear() => Length = 0;

    /// <summary>Forgets what was written behind that many bytes.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length, nameof(length));
        Length = length;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(array.Length - Length), nameof(count));
        Length += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureFree(sizeHint);
        return array.AsSpan(Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureFree(sizeHint);
        return array.AsMemory(Length);
    }

    public void Dispose()
    {
        Length = 0;
        var returned = Interlocked.Exchange(ref array, []);
        if (returned.Length > 0)
            ArrayPool<byte>.Shared.Return(returned, isSecret);
    }

    private void EnsureFree(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (array.Length - Length >= needed)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(Length + needed), array.Length * 2));
        Written.CopyTo(larger);
        var returned = Interlocked.Exchange(ref array, larger);
        if (returned.Length > 0)
            ArrayPool<byte>.Shared.Return(returned, isSecret);
    }
}
