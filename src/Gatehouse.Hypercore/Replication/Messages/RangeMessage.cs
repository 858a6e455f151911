using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>Message 8: blocks that the sender has, or dropped. The length of one block is left out.</summary>
internal readonly record struct RangeMessage(bool Drop, ulong Start, ulong Length)
{
    public const int Type = 8;

    private const ulong DropFlag = 1, SingleFlag = 2;

    public static bool TryDecode(ReadOnlySpan<byte> body, out RangeMessage message)
    {
        var reader = new CompactReader(body);
        var flags = reader.ReadUInt();
        var start = reader.ReadUInt();
        var length = (flags & SingleFlag) != 0 ? 1 : reader.ReadUInt();
        message = new RangeMessage((flags & DropFlag) != 0, start, length);
        return !reader.Failed;
    }

    public void Encode(CompactWriter writer)
    {
        writer.WriteUInt((Drop ? DropFlag : 0) | (Length == 1 ? SingleFlag : 0));
        writer.WriteUInt(Start);
        if (Length != 1)
            writer.WriteUInt(Length);
    }
}
