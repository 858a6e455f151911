using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>
/// What opens a channel of a core: the proof that its sender knows the core's key. We never say that we understand
/// seeking, so nobody asks for it.
/// </summary>
internal readonly record struct ChannelHandshake(bool Seeks, Bytes32 Capability)
{
    private const ulong SeeksFlag = 1;

    public static bool TryDecode(ReadOnlySpan<byte> body, out ChannelHandshake handshake)
    {
        var reader = new CompactReader(body);
        var flags = reader.ReadUInt();
        handshake = new ChannelHandshake((flags & SeeksFlag) != 0, reader.ReadBytes32());
        return !reader.Failed;
    }

    public void Encode(CompactWriter writer)
    {
        writer.WriteUInt(Seeks ? SeeksFlag : 0);
        writer.WriteBytes32(Capability);
    }
}
