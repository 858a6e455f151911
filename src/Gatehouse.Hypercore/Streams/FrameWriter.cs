using System.Security.Cryptography;
using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// Seals messages, in the order in which they will be written, behind each other into one buffer. A message is put down
/// between <see cref="Begin"/> and <see cref="End"/> and is encrypted where it lies. Promises: the cipher's order is
/// the wire's order, because one object makes both. Must never be used by two at once.
/// </summary>
internal sealed class FrameWriter : IDisposable
{
    private const int KeptBytes = 64 * 1024; // a larger buffer goes back to the pool once it was written

    // Length, and the byte where the cipher hides its tag.
    private const int LeadingBytes = FrameFormat.PrefixBytes + 1;

    private const int TrailingBytes = Sodium.StreamOverheadBytes - 1;

    private readonly byte[] state;
    private readonly PooledBuffer buffer = new(isSecret: true); // what grows holds a message that isn't sealed yet
    private int start;
    private bool isBegun;

    /// <summary>Takes over a state that was made for pushing.</summary>
    public FrameWriter(byte[] state) => this.state = state;

    /// <summary>How much was sealed and not yet written.</summary>
    public int PendingBytes => buffer.Length;

    public ReadOnlyMemory<byte> Pending => buffer.WrittenMemory;

    /// <summary>Where the message goes: behind what is there.</summary>
    public PooledBuffer Begin()
    {
        start = buffer.Length;
        isBegun = true;
        buffer.GetSpan(LeadingBytes);
        buffer.Advance(LeadingBytes);
        return buffer;
    }

    /// <summary>Forgets the message that was begun, if one was and has not ended.</summary>
    public void Abandon()
    {
        if (isBegun)
            buffer.Truncate(start);
        isBegun = false;
    }

    /// <summary>Seals the message. One that is too long for a frame is still to be abandoned.</summary>
    public void End()
    {
        buffer.GetSpan(TrailingBytes);
        buffer.Advance(TrailingBytes);
        var frame = buffer.Editable[start..];
        var payload = frame[FrameFormat.PrefixBytes..];
        FrameFormat.WriteLength(frame, payload.Length);
        Sodium.StreamPush(state, payload, payload[1..^TrailingBytes]);
        isBegun = false;
    }

    /// <summary>A message of nothing, which says that we are alive.</summary>
    public void WriteKeepAlive()
    {
        Begin();
        End();
    }

    /// <summary>Forgets what was written to the stream.</summary>
    public void Clear()
    {
        if (buffer.Length > KeptBytes)
            buffer.Dispose();
        else
            buffer.Clear();
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(state);
        buffer.Dispose();
    }
}
