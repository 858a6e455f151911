using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Keys;

/// <summary>
/// Names a core on the wire without giving the right to read it: a hash of the core key.
/// </summary>
public readonly record struct DiscoveryKey(Bytes32 Bytes)
{
    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32.</exception>
    public DiscoveryKey(ReadOnlySpan<byte> bytes)
        : this(new Bytes32(bytes))
    {
    }

    /// <summary>Parses the 52 characters of z-base-32; no other text is accepted.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DiscoveryKey key)
    {
        var parsed = ZBase32.TryParse(text, out var bytes);
        key = new DiscoveryKey(bytes);
        return parsed;
    }

    /// <summary>Returns the key in z-base-32, as the Holepunch tools show it.</summary>
    public override string ToString() => ZBase32.Format(Bytes);
}
