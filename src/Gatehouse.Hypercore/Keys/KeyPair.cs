using System.Security.Cryptography;

namespace Gatehouse.Hypercore.Keys;

/// <summary>
/// Holds an Ed25519 key pair: of a core's only writer, or of a peer on the wire. The secret is in one pinned array that
/// is zeroed by <see cref="Dispose"/>, after which signing throws; it is never compared or printed. Safe for use by
/// several threads: who signs while it is disposed has signed with the whole secret or not at all.
/// </summary>
/// <remarks>One core has one writer: the same pair in two processes signs two histories sooner or later.</remarks>
public sealed class KeyPair : IDisposable
{
    /// <summary>The size of the seed a pair is made from, and of what <see cref="ExportSeed"/> writes.</summary>
    public const int SeedBytes = Sodium.SeedBytes;

    /// <summary>The size of a signature.</summary>
    public const int SignatureBytes = Sodium.SignatureBytes;

    // Seed, then public key. Pinned: the collector leaves no copies behind when it compacts.
    private readonly byte[] secret = GC.AllocateUninitializedArray<byte>(Sodium.SecretKeyBytes, pinned: true);
    private readonly Lock gate = new(); // a signature by half a secret would give the other half away
    private bool disposed;

    private KeyPair(ReadOnlySpan<byte> seed)
    {
        Span<byte> publicKey = stackalloc byte[Sodium.PublicKeyBytes];
        Sodium.KeyPairFromSeed(publicKey, secret, seed);
        PublicKey = new PublicKey(publicKey);
    }

    /// <summary>The half that others may know.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Makes a new pair from the system's randomness.</summary>
    public static KeyPair Generate()
    {
        Span<byte> seed = stackalloc byte[SeedBytes];
        try
        {
            RandomNumberGenerator.Fill(seed);
            return new KeyPair(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Makes the one pair of this seed, which the caller zeroes.</summary>
    /// <exception cref="ArgumentException">The seed doesn't have 32 bytes.</exception>
    public static KeyPair FromSeed(ReadOnlySpan<byte> seed) => new(seed);

    /// <summary>Writes the 64 bytes of the signature of <paramref name="message"/>.</summary>
    /// <exception cref="ObjectDisposedException">The secret is gone.</exception>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            Sodium.Sign(signature, message, secret);
        }
    }

    /// <summary>Writes the seed, for a vault: 32 bytes that are the whole secret.</summary>
    /// <exception cref="ObjectDisposedException">The secret is gone.</exception>
    public void ExportSeed(Span<byte> destination)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            secret.AsSpan(0, SeedBytes).CopyTo(destination);
        }
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Says which pair it is, never its secret.</summary>
    public override string ToString() => $"KeyPair {PublicKey}";

    /// <summary>The SHA-512 of the seed, for the Diffie-Hellman of the handshake. The caller zeroes it.</summary>
    internal void HashSeed(Span<byte> destination)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            Sodium.Sha512(destination, secret.AsSpan(0, SeedBytes));
        }
    }
}
