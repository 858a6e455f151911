using Gatehouse.Hypercore;

namespace Gatehouse.Jlinx.Secrets;

/// <summary>
/// Makes a key of a passphrase: Argon2id 1.3 with one lane. What guards a file offline is the cost, so it is written
/// beside the salt, and whoever reads it there bounds it before it is used.
/// </summary>
public static class PassphraseKey
{
    /// <summary>The size of a salt.</summary>
    public const int SaltBytes = Sodium.PassphraseSaltBytes;

    /// <summary>Derives a key of 16 bytes or more. False when there is not so much memory.</summary>
    /// <exception cref="ArgumentException">The salt, the cost or the key has no such size.</exception>
    public static bool TryDerive(
        ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int iterations, int memoryKiB, Span<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryKiB, 8); // libsodium's least
        if (salt.Length != SaltBytes)
            throw new ArgumentException("16 bytes are needed.", nameof(salt));
        if (key.Length < 16)
            throw new ArgumentException("16 bytes at least are needed.", nameof(key));
        return Sodium.TryHashPassphrase(key, passphrase, salt, iterations, memoryKiB);
    }
}
