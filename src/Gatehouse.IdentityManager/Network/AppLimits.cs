using Gatehouse.Hypercore.Streams;
using Gatehouse.Jlinx;

namespace Gatehouse.IdentityManager.Network;

/// <summary>
/// What an app may send us, known or not: as much as its server takes of us, and no more (GH-SEC-329, 330).
/// </summary>
internal static class AppLimits
{
    /// <summary>Of a core. One that is longer than a document may be must be seen to be so, but costs no more than this.</summary>
    public const ulong MostBlocksTaken = 2 * DocumentLimits.Blocks;

    /// <summary>A block of a document and its proof, with room to spare.</summary>
    private const int MaxMessageBytes = 24 * 1024;

    /// <summary>As many messages in a frame as are asked for at once, at a pace that no honest document needs.</summary>
    public static StreamLimits Stream { get; } = new()
    {
        MaxFrameBytes = 64 * MaxMessageBytes,
        MaxMessageBytes = MaxMessageBytes,
        BytesPerSecond = 1024 * 1024,
    };

    /// <summary>Whether it is more than a document may have.</summary>
    public static bool IsTooLong(ulong blocks, long bytes) =>
        blocks > DocumentLimits.Blocks || bytes > DocumentLimits.Bytes;
}
