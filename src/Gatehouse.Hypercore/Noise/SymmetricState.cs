using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gatehouse.Hypercore.Noise;

/// <summary>
/// The chaining key, the transcript's hash and the cipher of a handshake, as the Noise specification (5.2) has them,
/// with BLAKE2b-512 and ChaCha20-Poly1305. All of it is zeroed on disposal.
/// </summary>
internal sealed class SymmetricState : IDisposable
{
    public const int HashBytes = Blake2Hmac.Size, KeyBytes = Sodium.AeadKeyBytes, TagBytes = Sodium.AeadTagBytes;

    private const int MaxMixedBytes = 64; // a sealed key, 48; a hash mixed with more would be another protocol

    private readonly byte[] hash = new byte[HashBytes];
    private readonly byte[] chainingKey = GC.AllocateArray<byte>(HashBytes, pinned: true);
    private readonly byte[] key = GC.AllocateArray<byte>(KeyBytes, pinned: true);
    private bool hasKey;
    private ulong nonce;

    public SymmetricState(ReadOnlySpan<byte> protocolName)
    {
        protocolName.CopyTo(hash);
        hash.CopyTo(chainingKey, 0);
        MixHash([]); // the prologue, which is empty
    }

    public ReadOnlySpan<byte> Hash => hash;

    public void MixHash(ReadOnlySpan<byte> data)
    {
        Span<byte> joined = stackalloc byte[HashBytes + MaxMixedBytes];
        hash.CopyTo(joined);
        data.CopyTo(joined[HashBytes..]);
        Sodium.Hash(hash, joined[..(HashBytes + data.Length)]);
    }

    public void MixKey(ReadOnlySpan<byte> shared)
    {
        Span<byte> next = stackalloc byte[HashBytes], second = stackalloc byte[HashBytes];
        try
        {
            Blake2Hmac.Derive(next, second, chainingKey, shared);
            next.CopyTo(chainingKey);
            second[..KeyBytes].CopyTo(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(next);
            CryptographicOperations.ZeroMemory(second);
        }
        hasKey = true;
        nonce = 0;
    }

    /// <summary>Seals to a destination with room for the tag; before there is a key the text goes as it is.</summary>
    public void EncryptAndHash(Span<byte> destination, ReadOnlySpan<byte> text)
    {
        if (hasKey)
            Sodium.AeadEncrypt(destination, text, hash, NextNonce(stackalloc byte[Sodium.AeadNonceBytes]), key);
        else
            text.CopyTo(destination);
        MixHash(destination);
    }

    public bool TryDecryptAndHash(Span<byte> destination, ReadOnlySpan<byte> text)
    {
        var nonceBytes = NextNonce(stackalloc byte[Sodium.AeadNonceBytes]);
        if (!hasKey)
            text.CopyTo(destination);
        else if (!Sodium.TryAeadDecrypt(destination, text, hash, nonceBytes, key))
            return false;
        MixHash(text);
        return true;
    }

    /// <summary>
    /// The two keys of the stream: first of what the initiator sends, then of what the responder does.
    /// </summary>
    public void Split(Span<byte> fromInitiator, Span<byte> fromResponder)
    {
        Span<byte> first = stackalloc byte[HashBytes], second = stackalloc byte[HashBytes];
        try
        {
            Blake2Hmac.Derive(first, second, chainingKey, []);
            first[..KeyBytes].CopyTo(fromInitiator);
            second[..KeyBytes].CopyTo(fromResponder);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(first);
            CryptographicOperations.ZeroMemory(second);
        }
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(hash); // who knows it can make the capability of a core whose key he knows
        CryptographicOperations.ZeroMemory(chainingKey);
        CryptographicOperations.ZeroMemory(key);
    }

    private Span<byte> NextNonce(Span<byte> bytes)
    {
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[(bytes.Length - sizeof(ulong))..], nonce++);
        return bytes;
    }
}
