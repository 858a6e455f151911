using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Keys;

/// <summary>
/// Is an Ed25519 public key: of the signer of a core, or of a peer on the wire.
/// </summary>
public readonly record struct PublicKey(Bytes32 Bytes)
{
    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32.</exception>
    public PublicKey(ReadOnlySpan<byte> bytes)
        : this(new Bytes32(bytes))
    {
    }

    /// <summary>Parses the 52 characters of z-base-32; no other text is accepted.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PublicKey key)
    {
        var parsed = ZBase32.TryParse(text, out var bytes);
        key = new PublicKey(bytes);
        return parsed;
    }

    /// <summary>Returns the key in z-base-32, as the Holepunch tools show it.</summary>
    public override string ToString() => ZBase32.Format(Bytes);
}
