using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>
/// Message 0: what the sender has, what it has last seen of the receiver (<paramref name="RemoteLength"/>), and what it
/// is willing to do.
/// </summary>
internal readonly record struct SyncMessage(SyncFlags Flags, ulong Fork, ulong Length, ulong RemoteLength)
{
    public const int Type = 0;

    public static bool TryDecode(ReadOnlySpan<byte> body, out SyncMessage message)
    {
        var reader = new CompactReader(body);
        message = new SyncMessage(
            (SyncFlags)reader.ReadUInt(), reader.ReadUInt(), reader.ReadUInt(), reader.ReadUInt());
        return !reader.Failed;
    }

    public void Encode(CompactWriter writer)
    {
        writer.WriteUInt((ulong)Flags);
        writer.WriteUInt(Fork);
        writer.WriteUInt(Length);
        writer.WriteUInt(RemoteLength);
    }
}

[Flags]
internal enum SyncFlags : ulong
{
    None = 0,

    /// <summary>I can prove how your length grows to mine.</summary>
    CanUpgrade = 1,

    Uploading = 2,

    /// <summary>I am interested in what is new. When neither side is, the channel is closed.</summary>
    Downloading = 4,

    HasManifest = 8,
}
