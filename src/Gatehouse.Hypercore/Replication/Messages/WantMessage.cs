using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>Message 5: the sender would like to know which blocks of a region we have.</summary>
internal readonly record struct WantMessage(ulong Start, ulong Length, bool Any)
{
    public const int Type = 5;

    private const ulong AnyFlag = 1;

    public static bool TryDecode(ReadOnlySpan<byte> body, out WantMessage message)
    {
        var reader = new CompactReader(body);
        var start = reader.ReadUInt();
        var length = reader.ReadUInt();
        var flags = reader.Remaining == 0 ? 0 : reader.ReadUInt(); // left out when there are none
        message = new WantMessage(start, length, (flags & AnyFlag) != 0);
        return !reader.Failed;
    }
}
