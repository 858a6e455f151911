using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Jlinx.Secrets;

/// <summary>
/// Is an X25519 pair that things are sealed to while its secret half is on paper: who has the public half alone can
/// seal and never open. The secret is zeroed by <see cref="Dispose"/>.
/// </summary>
public sealed class RecoveryKey : IDisposable
{
    /// <summary>The size of the seed a pair is made from.</summary>
    public const int SeedBytes = Sodium.KxKeyBytes;

    private readonly byte[] secret = GC.AllocateArray<byte>(Sodium.KxKeyBytes, pinned: true);
    private bool isDisposed;

    private RecoveryKey(ReadOnlySpan<byte> seed)
    {
        Span<byte> publicKey = stackalloc byte[Sodium.KxKeyBytes];
        Sodium.KxKeyPairFromSeed(publicKey, secret, seed);
        PublicKey = new Bytes32(publicKey);
    }

    /// <summary>The half that is kept where things are sealed.</summary>
    public Bytes32 PublicKey { get; }

    /// <summary>Makes the one pair of this seed, which the caller zeroes.</summary>
    /// <exception cref="ArgumentException">The seed doesn't have 32 bytes.</exception>
    public static RecoveryKey FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedBytes)
            throw new ArgumentException("32 bytes are needed.", nameof(seed));
        return new RecoveryKey(seed);
    }

    /// <summary>Seals to whoever holds the secret half of this public key.</summary>
    public static byte[] SealTo(Bytes32 publicKey, ReadOnlySpan<byte> plaintext)
    {
        var sealedBytes = new byte[plaintext.Length + Sodium.SealedExtraBytes];
        Sodium.SealTo(sealedBytes, plaintext, publicKey.ToArray());
        return sealedBytes;
    }

    /// <summary>False when it wasn't sealed to this pair, or was changed since.</summary>
    /// <exception cref="ObjectDisposedException">The secret is gone.</exception>
    public bool TryUnseal(ReadOnlySpan<byte> sealedBytes, [NotNullWhen(true)] out byte[]? plaintext)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        plaintext = null;
        if (sealedBytes.Length < Sodium.SealedExtraBytes)
            return false;
        var opened = new byte[sealedBytes.Length - Sodium.SealedExtraBytes];
        if (!Sodium.TryUnseal(opened, sealedBytes, PublicKey.ToArray(), secret))
            return false;
        plaintext = opened;
        return true;
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        isDisposed = true;
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>Says which pair it is, never its secret.</summary>
    public override string ToString() => $"RecoveryKey {PublicKey}";
}
