using System.Runtime.Intrinsics;

namespace Gatehouse.Hypercore.Encoding;

/// <summary>
/// Holds 32 bytes as a value: a hash or a public key. <c>default</c> is 32 zero bytes. Not for secrets: it is compared
/// in a time that depends on the bytes, and copies of it are never cleared.
/// </summary>
public readonly struct Bytes32 : IEquatable<Bytes32>
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 32;

    // Read and written as a whole, in the machine's own order: never as integers.
    private readonly Vector256<byte> value;

    /// <summary>Copies 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32.</exception>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException("32 bytes are needed.", nameof(bytes));
        value = Vector256.Create(bytes);
    }

    /// <summary>Copies the bytes to the front of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">It has fewer than 32 bytes.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (destination.Length < Size)
            throw new ArgumentException("32 bytes are needed.", nameof(destination));
        value.CopyTo(destination);
    }

    /// <summary>Returns a new array of the bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Returns the bytes in lower-case hexadecimal.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(Bytes32 other) => value == other.value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => value.GetHashCode(); // seeded anew in each process

    /// <summary>Tells whether all bytes are the same.</summary>
    public static bool operator ==(Bytes32 left, Bytes32 right) => left.Equals(right);

    /// <summary>Tells whether any byte differs.</summary>
    public static bool operator !=(Bytes32 left, Bytes32 right) => !left.Equals(right);
}
