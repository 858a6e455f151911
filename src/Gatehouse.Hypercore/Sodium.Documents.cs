using System.Runtime.InteropServices;

namespace Gatehouse.Hypercore;

// What documents and a vault need beyond the log itself: key agreement, sealing, and a key from a passphrase.
public static unsafe partial class Sodium
{
    internal const int KxKeyBytes = 32, KxSessionKeyBytes = 32;
    internal const int XNonceBytes = 24;
    internal const int SealedExtraBytes = 48; // a public key and a tag
    internal const int PassphraseSaltBytes = 16;

    private const int Argon2Id13 = 2;

    /// <summary>The X25519 pair of this seed.</summary>
    internal static void KxKeyPairFromSeed(Span<byte> publicKey, Span<byte> secretKey, ReadOnlySpan<byte> seed)
    {
        Require(publicKey.Length == KxKeyBytes && secretKey.Length == KxKeyBytes && seed.Length == KxKeyBytes);
        fixed (byte* p = publicKey, s = secretKey, e = seed)
            Check(crypto_kx_seed_keypair(p, s, e));
    }

    /// <summary>
    /// What the two sides of a key agreement share: what is received under <paramref name="receive"/> the other sends
    /// under its second key. False when the other's public key is of small order.
    /// </summary>
    internal static bool TryKx(
        bool isClient, Span<byte> receive, Span<byte> send, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> secretKey,
        ReadOnlySpan<byte> otherPublicKey)
    {
        Require(receive.Length == KxSessionKeyBytes && send.Length == KxSessionKeyBytes && publicKey.Length == KxKeyBytes
            && secretKey.Length == KxKeyBytes && otherPublicKey.Length == KxKeyBytes);
        fixed (byte* rx = receive, tx = send, p = publicKey, s = secretKey, o = otherPublicKey)
        {
            return (isClient
                ? crypto_kx_client_session_keys(rx, tx, p, s, o)
                : crypto_kx_server_session_keys(rx, tx, p, s, o)) == 0;
        }
    }

    /// <summary>XChaCha20-Poly1305 (IETF): the destination has 16 bytes more than the message.</summary>
    internal static void XSeal(
        Span<byte> destination, ReadOnlySpan<byte> message, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key)
    {
        Require(destination.Length == message.Length + AeadTagBytes
            && nonce.Length == XNonceBytes && key.Length == AeadKeyBytes);
        fixed (byte* o = destination, m = message, a = associated, n = nonce, k = key)
        {
            Check(crypto_aead_xchacha20poly1305_ietf_encrypt(
                o, null, m, (ulong)message.Length, a, (ulong)associated.Length, null, n, k));
        }
    }

    /// <summary>
    /// False when it was not made by <see cref="XSeal"/> with the same three; the destination holds nothing then.
    /// </summary>
    internal static bool TryXOpen(
        Span<byte> destination, ReadOnlySpan<byte> sealedMessage, ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        Require(destination.Length + AeadTagBytes == sealedMessage.Length
            && nonce.Length == XNonceBytes && key.Length == AeadKeyBytes);
        fixed (byte* o = destination, c = sealedMessage, a = associated, n = nonce, k = key)
        {
            return crypto_aead_xchacha20poly1305_ietf_decrypt(
                o, null, null, c, (ulong)sealedMessage.Length, a, (ulong)associated.Length, n, k) == 0;
        }
    }

    /// <summary>Seals to the holder of an X25519 key, from nobody: 48 bytes more than the message.</summary>
    internal static void SealTo(Span<byte> destination, ReadOnlySpan<byte> message, ReadOnlySpan<byte> publicKey)
    {
        Require(destination.Length == message.Length + SealedExtraBytes && publicKey.Length == KxKeyBytes);
        fixed (byte* o = destination, m = message, p = publicKey)
            Check(crypto_box_seal(o, m, (ulong)message.Length, p));
    }

    /// <summary>False when it was not sealed to this pair.</summary>
    internal static bool TryUnseal(
        Span<byte> destination, ReadOnlySpan<byte> sealedMessage, ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> secretKey)
    {
        Require(destination.Length + SealedExtraBytes == sealedMessage.Length
            && publicKey.Length == KxKeyBytes && secretKey.Length == KxKeyBytes);
        fixed (byte* o = destination, c = sealedMessage, p = publicKey, s = secretKey)
            return crypto_box_seal_open(o, c, (ulong)sealedMessage.Length, p, s) == 0;
    }

    /// <summary>Argon2id 1.3 with one lane. False when there is not so much memory.</summary>
    internal static bool TryHashPassphrase(
        Span<byte> destination, ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int iterations, int memoryKiB)
    {
        Require(salt.Length == PassphraseSaltBytes && iterations > 0 && memoryKiB > 0);
        fixed (byte* o = destination, p = passphrase, s = salt)
        {
            return crypto_pwhash(
                o, (ulong)destination.Length, p, (ulong)passphrase.Length, s, (ulong)iterations, (nuint)memoryKiB * 1024,
                Argon2Id13) == 0;
        }
    }

    [LibraryImport(Library)]
    private static partial int crypto_kx_seed_keypair(byte* publicKey, byte* secretKey, byte* seed);

    [LibraryImport(Library)]
    private static partial int crypto_kx_client_session_keys(
        byte* receive, byte* send, byte* publicKey, byte* secretKey, byte* otherPublicKey);

    [LibraryImport(Library)]
    private static partial int crypto_kx_server_session_keys(
        byte* receive, byte* send, byte* publicKey, byte* secretKey, byte* otherPublicKey);

    [LibraryImport(Library)]
    private static partial int crypto_aead_xchacha20poly1305_ietf_encrypt(
        byte* o, ulong* outLength, byte* message, ulong messageLength, byte* associated, ulong associatedLength,
        byte* secretNonce, byte* nonce, byte* key);

    [LibraryImport(Library)]
    private static partial int crypto_aead_xchacha20poly1305_ietf_decrypt(
        byte* o, ulong* outLength, byte* secretNonce, byte* sealedMessage, ulong sealedLength, byte* associated,
        ulong associatedLength, byte* nonce, byte* key);

    [LibraryImport(Library)]
    private static partial int crypto_box_seal(byte* o, byte* message, ulong messageLength, byte* publicKey);

    [LibraryImport(Library)]
    private static partial int crypto_box_seal_open(
        byte* o, byte* sealedMessage, ulong sealedLength, byte* publicKey, byte* secretKey);

    [LibraryImport(Library)]
    private static partial int crypto_pwhash(
        byte* o, ulong outLength, byte* passphrase, ulong passphraseLength, byte* salt, ulong iterations, nuint memoryBytes,
        int algorithm);
}
