using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Multiplexing;

/// <summary>
/// Reads many messages out of one: a number of a channel, then items with their lengths; length 0 changes the channel.
/// </summary>
internal struct Batch(ReadOnlyMemory<byte> body)
{
    private ReadOnlyMemory<byte> rest = body;
    private ulong channel;
    private bool isStarted;

    public bool IsMalformed { get; private set; }

    /// <summary>False at the end, also at that of a malformed one.</summary>
    public bool TryRead(out MuxMessage message)
    {
        message = default;
        if (!isStarted && !TrySwitch())
            return false;
        while (!rest.IsEmpty)
        {
            var reader = new CompactReader(rest.Span);
            var item = reader.ReadBuffer();
            var end = rest.Length - reader.Remaining;
            if (reader.Failed)
                return Fail();
            var bytes = rest[(end - item.Length)..end];
            rest = rest[end..];
            if (bytes.IsEmpty)
            {
                if (!TrySwitch())
                    return false;
                continue;
            }
            // A batch in a batch would multiply what one frame can make us do.
            return (MuxMessage.TryDecode(channel, bytes, out message)
                && message is not { Channel: 0, Type: MuxMessage.BatchType }) || Fail();
        }
        return false;
    }

    private bool TrySwitch()
    {
        isStarted = true;
        var reader = new CompactReader(rest.Span);
        channel = reader.ReadUInt();
        rest = rest[^reader.Remaining..];
        return !reader.Failed || Fail();
    }

    private bool Fail()
    {
        IsMalformed = true;
        rest = default;
        return false;
    }
}
