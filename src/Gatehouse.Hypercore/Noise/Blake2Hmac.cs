using System.Security.Cryptography;

namespace Gatehouse.Hypercore.Noise;

/// <summary>
/// HMAC (RFC 2104) and the two-output HKDF of Noise over BLAKE2b-512. Not BLAKE2b's own keyed mode: the other
/// implementations use the general construction, with the hash's block of 128 bytes.
/// </summary>
internal static class Blake2Hmac
{
    public const int Size = 64;

    private const int BlockBytes = 128;
    private const int MaxMessageBytes = Size + 1; // the second output of the derivation is made of the first and a 2
    private const byte InnerPad = 0x36, OuterPad = 0x5c;

    public static void Mac(Span<byte> destination, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        if (key.Length > BlockBytes || message.Length > MaxMessageBytes)
            throw new ArgumentException("Longer than a handshake needs.", nameof(message));
        Span<byte> bytes = stackalloc byte[BlockBytes + MaxMessageBytes];
        Span<byte> inner = stackalloc byte[Size];
        try
        {
            Pad(bytes, key, InnerPad);
            message.CopyTo(bytes[BlockBytes..]);
            Sodium.Hash(inner, bytes[..(BlockBytes + message.Length)]);
            Pad(bytes, key, OuterPad);
            inner.CopyTo(bytes[BlockBytes..]);
            Sodium.Hash(destination, bytes[..(BlockBytes + Size)]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(inner);
        }
    }

    public static void Derive(
        Span<byte> first, Span<byte> second, ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> material)
    {
        Span<byte> extracted = stackalloc byte[Size];
        Span<byte> input = stackalloc byte[Size + 1];
        try
        {
            Mac(extracted, chainingKey, material);
            Mac(first, extracted, [1]);
            first.CopyTo(input);
            input[Size] = 2;
            Mac(second, extracted, input);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(extracted);
            CryptographicOperations.ZeroMemory(input);
        }
    }

    private static void Pad(Span<byte> bytes, ReadOnlySpan<byte> key, byte pad)
    {
        bytes[..BlockBytes].Fill(pad);
        for (var i = 0; i < key.Length; i++)
            bytes[i] ^= key[i];
    }
}
