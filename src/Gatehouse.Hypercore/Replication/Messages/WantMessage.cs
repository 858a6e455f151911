using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>Message 5: the sender would like to know which blocks of a region we have.</summary>
internal readonly record struct WantMessage(ulong Start, ulong Length)
{
    public const int Type = 5;

    public static bool TryDecode(ReadOnlySpan<byte> body, out WantMessage message)
    {
        var reader = new CompactReader(body);
        message = new WantMessage(reader.ReadUInt(), reader.ReadUInt()); // and flags, which are left out when there are none
        return !reader.Failed;
    }

    public void Encode(CompactWriter writer)
    {
        writer.WriteUInt(Start);
        writer.WriteUInt(Length);
    }
}
