using System.Reflection;
using System.Runtime.InteropServices;

namespace Gatehouse.Hypercore;

/// <summary>
/// Binds libsodium (1.0.18 or later), which this library needs and nothing else: .NET has no Ed25519, BLAKE2b or
/// secretstream. Its two files are the only ones that call native code. Lengths are checked here, once, because libsodium does not know
/// how long a buffer is. An empty span is a null pointer with length zero, which all of these functions accept.
/// </summary>
public static unsafe partial class Sodium
{
    internal const int SeedBytes = 32, PublicKeyBytes = 32, SecretKeyBytes = 64, SignatureBytes = 64;
    internal const int ScalarBytes = 32, Sha512Bytes = 64;
    internal const int AeadKeyBytes = 32, AeadNonceBytes = 12, AeadTagBytes = 16;
    internal const int StreamStateBytes = 52, StreamHeaderBytes = 24, StreamOverheadBytes = 17, StreamKeyBytes = 32;

    private const string Library = "libsodium";
    private const int HashStateBytes = 384, HashStateAlignment = 64;

    // A node or a small block is copied behind its prefix and hashed in one call; a large one is hashed in place.
    private const int OneCallBytes = 1024;

    private static readonly string[] FileNames =
        ["libsodium.so.23", "libsodium.so.26", "libsodium.so", "libsodium.dylib", "libsodium.dll"];

    private static readonly bool Initialised = Initialise();

    /// <summary>Tells whether the native library was found. Without it every use of this library throws.</summary>
    public static bool IsAvailable => Initialised;

    /// <summary>BLAKE2b; the length of the destination (16 to 64) is part of what is hashed.</summary>
    internal static void Hash(Span<byte> destination, ReadOnlySpan<byte> data, ReadOnlySpan<byte> key = default)
    {
        Require();
        fixed (byte* o = destination, i = data, k = key)
            Check(crypto_generichash(o, (nuint)destination.Length, i, (ulong)data.Length, k, (nuint)key.Length));
    }

    /// <summary>BLAKE2b over the prefix and then the data.</summary>
    internal static void HashPrefixed(Span<byte> destination, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data)
    {
        var length = prefix.Length + data.Length;
        if (length <= OneCallBytes)
        {
            Span<byte> joined = stackalloc byte[OneCallBytes];
            prefix.CopyTo(joined);
            data.CopyTo(joined[prefix.Length..]);
            Hash(destination, joined[..length]);
            return;
        }
        Require();
        var space = stackalloc byte[HashStateBytes + HashStateAlignment];
        var state = (byte*)(((nuint)space + HashStateAlignment - 1) & ~(nuint)(HashStateAlignment - 1));
        fixed (byte* o = destination, p = prefix, d = data)
        {
            Check(crypto_generichash_init(state, null, 0, (nuint)destination.Length));
            Check(crypto_generichash_update(state, p, (ulong)prefix.Length));
            Check(crypto_generichash_update(state, d, (ulong)data.Length));
            Check(crypto_generichash_final(state, o, (nuint)destination.Length));
        }
    }

    internal static void Sha512(Span<byte> destination, ReadOnlySpan<byte> data)
    {
        Require(destination.Length == Sha512Bytes);
        fixed (byte* o = destination, i = data)
            Check(crypto_hash_sha512(o, i, (ulong)data.Length));
    }

    internal static void KeyPairFromSeed(Span<byte> publicKey, Span<byte> secretKey, ReadOnlySpan<byte> seed)
    {
        Require(publicKey.Length == PublicKeyBytes && secretKey.Length == SecretKeyBytes && seed.Length == SeedBytes);
        fixed (byte* p = publicKey, s = secretKey, i = seed)
            Check(crypto_sign_seed_keypair(p, s, i));
    }

    internal static void Sign(Span<byte> signature, ReadOnlySpan<byte> message, ReadOnlySpan<byte> secretKey)
    {
        Require(signature.Length == SignatureBytes && secretKey.Length == SecretKeyBytes);
        fixed (byte* o = signature, m = message, s = secretKey)
            Check(crypto_sign_detached(o, null, m, (ulong)message.Length, s));
    }

    internal static bool Verify(
        ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ReadOnlySpan<byte> publicKey)
    {
        Require(signature.Length == SignatureBytes && publicKey.Length == PublicKeyBytes);
        fixed (byte* o = signature, m = message, p = publicKey)
            return crypto_sign_verify_detached(o, m, (ulong)message.Length, p) == 0;
    }

    /// <summary>False for a point that is bad or of small order: the caller must end the handshake.</summary>
    internal static bool TryMultiply(Span<byte> destination, ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point)
    {
        Require(destination.Length == PublicKeyBytes && scalar.Length == ScalarBytes && point.Length == PublicKeyBytes);
        fixed (byte* o = destination, n = scalar, p = point)
            return crypto_scalarmult_ed25519_noclamp(o, n, p) == 0;
    }

    /// <summary>ChaCha20-Poly1305 (IETF): the destination has 16 bytes more than the message.</summary>
    internal static void AeadEncrypt(
        Span<byte> destination, ReadOnlySpan<byte> message, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key)
    {
        Require(destination.Length == message.Length + AeadTagBytes
            && nonce.Length == AeadNonceBytes && key.Length == AeadKeyBytes);
        fixed (byte* o = destination, m = message, a = associated, n = nonce, k = key)
        {
            Check(crypto_aead_chacha20poly1305_ietf_encrypt(
                o, null, m, (ulong)message.Length, a, (ulong)associated.Length, null, n, k));
        }
    }

    /// <summary>False when it was not made by <see cref="AeadEncrypt"/> with the same three.</summary>
    internal static bool TryAeadDecrypt(
        Span<byte> destination, ReadOnlySpan<byte> sealedMessage, ReadOnlySpan<byte> associated,
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        Require(destination.Length + AeadTagBytes == sealedMessage.Length
            && nonce.Length == AeadNonceBytes && key.Length == AeadKeyBytes);
        fixed (byte* o = destination, c = sealedMessage, a = associated, n = nonce, k = key)
        {
            return crypto_aead_chacha20poly1305_ietf_decrypt(
                o, null, null, c, (ulong)sealedMessage.Length, a, (ulong)associated.Length, n, k) == 0;
        }
    }

    internal static void StreamInitPush(Span<byte> state, Span<byte> header, ReadOnlySpan<byte> key)
    {
        Require(state.Length == StreamStateBytes
            && header.Length == StreamHeaderBytes && key.Length == StreamKeyBytes);
        fixed (byte* s = state, h = header, k = key)
            Check(crypto_secretstream_xchacha20poly1305_init_push(s, h, k));
    }

    internal static void StreamInitPull(Span<byte> state, ReadOnlySpan<byte> header, ReadOnlySpan<byte> key)
    {
        Require(state.Length == StreamStateBytes
            && header.Length == StreamHeaderBytes && key.Length == StreamKeyBytes);
        fixed (byte* s = state, h = header, k = key)
            Check(crypto_secretstream_xchacha20poly1305_init_pull(s, h, k));
    }

    /// <summary>Encrypts: the destination has 17 bytes more than the message. Nobody sends another tag than 0 (MESSAGE).</summary>
    internal static void StreamPush(Span<byte> state, Span<byte> destination, ReadOnlySpan<byte> message, byte tag = 0)
    {
        Require(state.Length == StreamStateBytes && destination.Length == message.Length + StreamOverheadBytes);
        fixed (byte* s = state, o = destination, m = message)
        {
            Check(crypto_secretstream_xchacha20poly1305_push(
                s, o, null, m, (ulong)message.Length, null, 0, tag));
        }
    }

    /// <summary>False when the message was not the next one pushed: the stream is broken for good.</summary>
    internal static bool TryStreamPull(
        Span<byte> state, Span<byte> destination, ReadOnlySpan<byte> sealedMessage, out byte tag)
    {
        Require(state.Length == StreamStateBytes
            && destination.Length + StreamOverheadBytes == sealedMessage.Length);
        byte read = 0;
        fixed (byte* s = state, o = destination, c = sealedMessage)
        {
            var opened = crypto_secretstream_xchacha20poly1305_pull(
                s, o, null, &read, c, (ulong)sealedMessage.Length, null, 0) == 0;
            tag = read;
            return opened;
        }
    }

    private static void Require(bool lengths = true)
    {
        if (!lengths)
            throw new ArgumentException("A buffer for libsodium has the wrong length.", nameof(lengths));
        if (!Initialised)
            throw new DllNotFoundException("libsodium was not found (Debian: apt-get install libsodium23).");
    }

    private static void Check(int result)
    {
        if (result != 0)
            throw new InvalidOperationException("libsodium refused a call.");
    }

    private static bool Initialise()
    {
        NativeLibrary.SetDllImportResolver(typeof(Sodium).Assembly, Resolve);
        try
        {
            return sodium_init() >= 0; // 1 when somebody else in this process did so before
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
            return 0;
        foreach (var file in FileNames)
        {
            if (NativeLibrary.TryLoad(file, assembly, searchPath, out var handle))
                return handle;
        }
        return 0;
    }

    [LibraryImport(Library)]
    private static partial int sodium_init();

    [LibraryImport(Library)]
    private static partial int crypto_generichash(
        byte* o, nuint outLength, byte* i, ulong inLength, byte* key, nuint keyLength);

    [LibraryImport(Library)]
    private static partial int crypto_generichash_init(byte* state, byte* key, nuint keyLength, nuint outLength);

    [LibraryImport(Library)]
    private static partial int crypto_generichash_update(byte* state, byte* i, ulong inLength);

    [LibraryImport(Library)]
    private static partial int crypto_generichash_final(byte* state, byte* o, nuint outLength);

    [LibraryImport(Library)]
    private static partial int crypto_hash_sha512(byte* o, byte* i, ulong inLength);

    [LibraryImport(Library)]
    private static partial int crypto_sign_seed_keypair(byte* publicKey, byte* secretKey, byte* seed);

    [LibraryImport(Library)]
    private static partial int crypto_sign_detached(
        byte* signature, ulong* signatureLength, byte* message, ulong messageLength, byte* secretKey);

    [LibraryImport(Library)]
    private static partial int crypto_sign_verify_detached(
        byte* signature, byte* message, ulong messageLength, byte* publicKey);

    [LibraryImport(Library)]
    private static partial int crypto_scalarmult_ed25519_noclamp(byte* o, byte* scalar, byte* point);

    [LibraryImport(Library)]
    private static partial int crypto_aead_chacha20poly1305_ietf_encrypt(
        byte* o, ulong* outLength, byte* message, ulong messageLength, byte* associated, ulong associatedLength,
        byte* secretNonce, byte* nonce, byte* key);

    [LibraryImport(Library)]
    private static partial int crypto_aead_chacha20poly1305_ietf_decrypt(
        byte* o, ulong* outLength, byte* secretNonce, byte* sealedMessage, ulong sealedLength, byte* associated,
        ulong associatedLength, byte* nonce, byte* key);

    [LibraryImport(Library)]
    private static partial int crypto_secretstream_xchacha20poly1305_init_push(byte* state, byte* header, byte* key);

    [LibraryImport(Library)]
    private static partial int crypto_secretstream_xchacha20poly1305_init_pull(byte* state, byte* header, byte* key);

    [LibraryImport(Library)]
    private static partial int crypto_secretstream_xchacha20poly1305_push(
        byte* state, byte* o, ulong* outLength, byte* message, ulong messageLength, byte* associated,
        ulong associatedLength, byte tag);

    [LibraryImport(Library)]
    private static partial int crypto_secretstream_xchacha20poly1305_pull(
        byte* state, byte* o, ulong* outLength, byte* tag, byte* sealedMessage, ulong sealedLength, byte* associated,
        ulong associatedLength);
}
