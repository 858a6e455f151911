using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Security;

/// <summary>
/// Seals what must lie in the database but not be readable there: signing keys, Data Protection keys.
/// AES-256-GCM; bytes: version 1 | key id (6) | nonce (12) | tag (16) | ciphertext. The purpose is authenticated, so a
/// value can't be moved to another place. Must never: seal under a caller's nonce, or open without a purpose.
/// </summary>
internal sealed class SecretBox
{
    private const byte Version = 1;
    private const int NonceLength = 12; // NIST SP 800-38D: 96 random bits; safe for 2^32 seals under one key
    private const int TagLength = 16;
    private const int HeaderLength = 1 + DerivedKey.IdLength + NonceLength + TagLength;
    private readonly IReadOnlyList<DerivedKey> keys;

    public SecretBox(MasterKeys masterKeys) => keys = masterKeys.DeriveAll("secret box");

    public byte[] Seal(string purpose, ReadOnlySpan<byte> plaintext)
    {
        var sealedBytes = new byte[HeaderLength + plaintext.Length];
        sealedBytes[0] = Version;
        keys[0].Id.CopyTo(sealedBytes.AsSpan(1));
        var nonce = sealedBytes.AsSpan(1 + DerivedKey.IdLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(keys[0].Reveal(), TagLength);
        aes.Encrypt(nonce, plaintext, sealedBytes.AsSpan(HeaderLength),
            sealedBytes.AsSpan(HeaderLength - TagLength, TagLength), Encoding.UTF8.GetBytes(purpose));
        return sealedBytes;
    }

    /// <summary>Whether the first master key sealed it, so that no other is needed to open it.</summary>
    public bool IsSealedByFirst(ReadOnlySpan<byte> sealedBytes) =>
        sealedBytes.Length >= HeaderLength && keys[0].Id.SequenceEqual(sealedBytes.Slice(1, DerivedKey.IdLength));

    /// <summary>Null when it was sealed under a key we don't have, for another purpose, or was changed.</summary>
    public byte[]? Open(string purpose, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < HeaderLength || sealedBytes[0] != Version)
            return null;
        foreach (var key in keys)
        {
            if (!key.Id.SequenceEqual(sealedBytes.Slice(1, DerivedKey.IdLength)))
                continue;
            var plaintext = new byte[sealedBytes.Length - HeaderLength];
            using var aes = new AesGcm(key.Reveal(), TagLength);
            try
            {
                aes.Decrypt(sealedBytes.Slice(1 + DerivedKey.IdLength, NonceLength), sealedBytes[HeaderLength..],
                    sealedBytes.Slice(HeaderLength - TagLength, TagLength), plaintext, Encoding.UTF8.GetBytes(purpose));
                return plaintext;
            }
            catch (AuthenticationTagMismatchException)
            {
                return null;
            }
        }
        return null;
    }
}
