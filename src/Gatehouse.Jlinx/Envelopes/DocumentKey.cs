using System.Security.Cryptography;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Jlinx.Envelopes;

/// <summary>
/// The X25519 pair of one document and one epoch. Without the secret half nobody can read what was sealed to it; it is
/// zeroed by <see cref="Dispose"/>, after which every use throws.
/// </summary>
public sealed class DocumentKey : IDisposable
{
    /// <summary>The size of the seed that a pair is made from.</summary>
    public const int SeedBytes = Sodium.KxKeyBytes;

    private readonly byte[] seed = GC.AllocateUninitializedArray<byte>(SeedBytes, pinned: true);
    private readonly byte[] secret = GC.AllocateUninitializedArray<byte>(Sodium.KxKeyBytes, pinned: true);
    private bool disposed;

    private DocumentKey(ReadOnlySpan<byte> seed)
    {
        seed.CopyTo(this.seed);
        Span<byte> publicKey = stackalloc byte[Sodium.KxKeyBytes];
        Sodium.KxKeyPairFromSeed(publicKey, secret, seed);
        PublicKey = new Bytes32(publicKey);
    }

    /// <summary>The half that others may know.</summary>
    public Bytes32 PublicKey { get; }

    /// <summary>Makes a new pair from the system's randomness.</summary>
    public static DocumentKey Generate()
    {
        Span<byte> random = stackalloc byte[SeedBytes];
        RandomNumberGenerator.Fill(random);
        var key = new DocumentKey(random);
        CryptographicOperations.ZeroMemory(random);
        return key;
    }

    /// <summary>Makes the one pair of this seed, which the caller zeroes.</summary>
    /// <exception cref="ArgumentException">The seed doesn't have 32 bytes.</exception>
    public static DocumentKey FromSeed(ReadOnlySpan<byte> seed) => new(seed);

    /// <summary>Writes the seed, for a vault: 32 bytes that are the whole secret.</summary>
    public void ExportSeed(Span<byte> destination) => seed.CopyTo(destination);

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        disposed = true;
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>The whole secret. Never the zeros that are left of one: everybody knows that pair.</summary>
    internal ReadOnlySpan<byte> Seed
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return seed;
        }
    }

    /// <summary>What both sides share. False when the other's key is one of those that make no secret.</summary>
    internal bool TryAgree(bool isApp, Bytes32 other, Span<byte> receive, Span<byte> send)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Span<byte> ours = stackalloc byte[Bytes32.Size], theirs = stackalloc byte[Bytes32.Size];
        PublicKey.CopyTo(ours);
        other.CopyTo(theirs);
        return Sodium.TryKx(!isApp, receive, send, ours, secret, theirs);
    }
}
