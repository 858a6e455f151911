using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Multiplexing;

/// <summary>What the other side opens: protocol, id, and bytes that are the protocol's own.</summary>
internal static class MuxOpen
{
    private static ReadOnlySpan<byte> OldName => "hypercore"u8; // what older peers call the protocol

    /// <summary>What cores are spoken of by.</summary>
    public const string CoreProtocol = "hypercore/alpha";

    private const int MaxProtocolBytes = 64;

    /// <summary>The name is null when nothing here could have it, also when it is too long: then the open is rejected.</summary>
    public static bool TryRead(ref CompactReader reader, out ChannelName? name, out ReadOnlySpan<byte> handshake)
    {
        var protocol = reader.ReadBuffer();
        var id = reader.ReadBuffer();
        handshake = reader.ReadRest();
        name = reader.Failed || id.Length != Bytes32.Size || protocol.Length > MaxProtocolBytes
            || !System.Text.Ascii.IsValid(protocol)
            ? null
            : new ChannelName(NameOf(protocol), new Bytes32(id));
        return !reader.Failed;
    }

    private static string NameOf(ReadOnlySpan<byte> protocol) =>
        protocol.SequenceEqual(OldName) ? CoreProtocol : System.Text.Encoding.ASCII.GetString(protocol);
}
