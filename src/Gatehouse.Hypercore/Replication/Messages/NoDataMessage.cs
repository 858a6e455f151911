using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>Message 4: the answer that there is none.</summary>
internal readonly record struct NoDataMessage(ulong Request, ulong Reason)
{
    public const int Type = 4;

    public const ulong NotAvailable = 1, Invalid = 2;

    private const ulong ReasonFlag = 1;

    public static bool TryDecode(ReadOnlySpan<byte> body, out NoDataMessage message)
    {
        var reader = new CompactReader(body);
        var request = reader.ReadUInt();
        var flags = reader.Remaining == 0 ? 0 : reader.ReadUInt(); // older peers leave them out
        message = new NoDataMessage(request, (flags & ReasonFlag) != 0 ? reader.ReadUInt() : 0);
        return !reader.Failed;
    }

    public void Encode(CompactWriter writer)
    {
        writer.WriteUInt(Request);
        writer.WriteUInt(Reason == 0 ? 0 : ReasonFlag);
        if (Reason != 0)
            writer.WriteUInt(Reason);
    }
}
