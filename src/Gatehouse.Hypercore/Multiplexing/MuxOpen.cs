using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Multiplexing;

/// <summary>What the other side opens: protocol, id, and bytes that are the protocol's own.</summary>
internal static class MuxOpen
{
    private static ReadOnlySpan<byte> OldName => "hypercore"u8; // what older peers call the protocol

    private const string Name = "hypercore/alpha";

    private const int MaxProtocolBytes = 64, MaxIdBytes = 64;

    /// <summary>The name is null when nothing here could have it.</summary>
    public static bool TryRead(ref CompactReader reader, out ChannelName? name, out ReadOnlySpan<byte> handshake)
    {
        var protocol = reader.ReadBuffer(MaxProtocolBytes);
        var id = reader.ReadBuffer(MaxIdBytes);
        handshake = reader.ReadRest();
        name = reader.Failed || id.Length != Bytes32.Size || !System.Text.Ascii.IsValid(protocol)
            ? null
            : new ChannelName(NameOf(protocol), new Bytes32(id));
        return !reader.Failed;
    }

    private static string NameOf(ReadOnlySpan<byte> protocol) =>
        protocol.SequenceEqual(OldName) ? Name : System.Text.Encoding.ASCII.GetString(protocol);
}
