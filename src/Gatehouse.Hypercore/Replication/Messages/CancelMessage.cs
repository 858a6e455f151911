using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>Message 2: an answer that isn't needed any more.</summary>
internal readonly record struct CancelMessage(ulong Request)
{
    public const int Type = 2;

    public static bool TryDecode(ReadOnlySpan<byte> body, out CancelMessage message)
    {
        var reader = new CompactReader(body);
        message = new CancelMessage(reader.ReadUInt());
        return !reader.Failed;
    }
}
