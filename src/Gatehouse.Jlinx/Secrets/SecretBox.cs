using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gatehouse.Hypercore;

namespace Gatehouse.Jlinx.Secrets;

/// <summary>
/// Seals bytes under a key: a nonce of 24 random bytes, then XChaCha20-Poly1305. Random nonces of this size may be
/// drawn for ever under one key, also by a copy of a file that was set back.
/// </summary>
public static class SecretBox
{
    /// <summary>The size of a key.</summary>
    public const int KeyBytes = Sodium.AeadKeyBytes;

    /// <summary>What a sealed text has more than the text.</summary>
    public const int ExtraBytes = Sodium.XNonceBytes + Sodium.AeadTagBytes;

    /// <summary>Seals; who opens has to name the same <paramref name="associated"/> bytes.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        var sealedBytes = new byte[plaintext.Length + ExtraBytes];
        var nonce = sealedBytes.AsSpan(0, Sodium.XNonceBytes);
        RandomNumberGenerator.Fill(nonce);
        Sodium.XSeal(sealedBytes.AsSpan(Sodium.XNonceBytes), plaintext, associated, nonce, key);
        return sealedBytes;
    }

    /// <summary>False when it wasn't sealed with this key and these associated bytes, or was changed since.</summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated,
        [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (sealedBytes.Length < ExtraBytes)
            return false;
        var opened = new byte[sealedBytes.Length - ExtraBytes];
        var nonce = sealedBytes[..Sodium.XNonceBytes];
        if (!Sodium.TryXOpen(opened, sealedBytes[Sodium.XNonceBytes..], associated, nonce, key))
            return false;
        plaintext = opened;
        return true;
    }
}
