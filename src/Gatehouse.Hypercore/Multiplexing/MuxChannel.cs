using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Multiplexing;

/// <summary>How a channel ended, seen from here.</summary>
internal enum ChannelEnd
{
    /// <summary>The other side closed it.</summary>
    Closed,

    /// <summary>The other side does not know it.</summary>
    Rejected,

    /// <summary>The connection is over.</summary>
    Disconnected,
}

/// <summary>What became of something that arrived.</summary>
internal enum Receipt
{
    Taken,

    /// <summary>It breaks the protocol: the connection must end.</summary>
    Malformed,

    /// <summary>The other side does not know the key it should: the connection must end.</summary>
    NoCapability,
}

/// <summary>
/// One side of one conversation. It never writes by itself: it asks to be heard (<see cref="Mux.Wake"/>), and is then
/// called by the one who writes the connection.
/// </summary>
internal abstract class MuxChannel(ChannelName name)
{
    private int isListed;

    public ChannelName Name { get; } = name;

    /// <summary>What our messages carry; 0 while there is no channel. The mux sets these.</summary>
    public ulong LocalNumber { get; internal set; }

    /// <summary>What the other side's messages carry; 0 until its open arrived.</summary>
    public ulong RemoteNumber { get; internal set; }

    public abstract void WriteHandshake(CompactWriter writer);

    /// <summary>The other side's open arrived, so that both have opened.</summary>
    public abstract Receipt Open(ReadOnlySpan<byte> handshake);

    /// <summary>A message. Its body is valid until the task ends. An unknown type is taken and ignored.</summary>
    public abstract ValueTask<Receipt> ReceiveAsync(
        ulong type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Writes some of what is to be said. True when there is more.</summary>
    public abstract ValueTask<bool> SpeakAsync(FrameWriter writer, CancellationToken cancellationToken);

    /// <summary>Called once, for a channel that this side did not close.</summary>
    public abstract void End(ChannelEnd end);

    /// <summary>False when it is listed already.</summary>
    internal bool TryList() => Interlocked.Exchange(ref isListed, 1) == 0;

    internal void Unlist() => Volatile.Write(ref isListed, 0);
}
