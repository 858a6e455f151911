using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Keys;

/// <summary>
/// Names a core and is the right to read it: who knows it may ask any peer for the blocks. It is written in full by
/// <see cref="ToString"/>, so keep it out of logs where the blocks are confidential; log <see cref="DiscoveryKey"/>.
/// </summary>
public readonly record struct CoreKey(Bytes32 Bytes)
{
    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32.</exception>
    public CoreKey(ReadOnlySpan<byte> bytes)
        : this(new Bytes32(bytes))
    {
    }

    /// <summary>The name of the same core that may be told to anybody.</summary>
    public DiscoveryKey DiscoveryKey => new(Caps.DiscoveryKey(Bytes));

    /// <summary>Parses the 52 characters of z-base-32; no other text is accepted.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CoreKey key)
    {
        var parsed = ZBase32.TryParse(text, out var bytes);
        key = new CoreKey(bytes);
        return parsed;
    }

    /// <summary>Returns the key in z-base-32, as the Holepunch tools show it.</summary>
    public override string ToString() => ZBase32.Format(Bytes);
}
