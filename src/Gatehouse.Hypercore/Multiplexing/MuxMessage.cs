using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Multiplexing;

/// <summary>A message with the sender's number of the channel; number 0 is the mux itself.</summary>
internal readonly record struct MuxMessage(ulong Channel, ulong Type, ReadOnlyMemory<byte> Body)
{
    // What number 0 says.
    public const ulong BatchType = 0, OpenType = 1, RejectType = 2, CloseType = 3;

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out MuxMessage message)
    {
        var reader = new CompactReader(bytes.Span);
        var channel = reader.ReadUInt();
        var type = reader.ReadUInt();
        message = reader.Failed ? default : new MuxMessage(channel, type, bytes[^reader.Remaining..]);
        return !reader.Failed;
    }

    /// <summary>An item of a batch, which leaves out the number of the channel.</summary>
    public static bool TryDecode(ulong channel, ReadOnlyMemory<byte> bytes, out MuxMessage message)
    {
        var reader = new CompactReader(bytes.Span);
        var type = reader.ReadUInt();
        message = reader.Failed ? default : new MuxMessage(channel, type, bytes[^reader.Remaining..]);
        return !reader.Failed;
    }
}
