namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// A frame: the length of the payload in three bytes, little-endian, and the payload. So in all phases of a stream:
/// handshake messages, one stream header, then sealed messages for ever.
/// </summary>
internal static class FrameFormat
{
    public const int PrefixBytes = 3;

    /// <summary>What three bytes can say.</summary>
    public const int MaxPayloadBytes = (1 << 24) - 1;

    /// <summary>
    /// What a large frame is measured by while it is on its way: each part of so many bytes shows that the other side
    /// is there, and has a time limit of its own.
    /// </summary>
    public const int PartBytes = 64 * 1024;

    /// <summary>The stream's id and the header of its cipher.</summary>
    public const int HeaderBytes = Encoding.Bytes32.Size + Sodium.StreamHeaderBytes;

    public static int ReadLength(ReadOnlySpan<byte> prefix) => prefix[0] | (prefix[1] << 8) | (prefix[2] << 16);

    public static void WriteLength(Span<byte> prefix, int length)
    {
        if (length > MaxPayloadBytes)
            throw new ArgumentOutOfRangeException(nameof(length), length, "A frame can't be that long.");
        prefix[0] = (byte)length;
        prefix[1] = (byte)(length >> 8);
        prefix[2] = (byte)(length >> 16);
    }
}
