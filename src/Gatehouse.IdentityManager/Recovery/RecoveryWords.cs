using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gatehouse.Jlinx.Secrets;

namespace Gatehouse.IdentityManager.Recovery;

/// <summary>
/// The recovery key as people write it down: eight groups of four characters, without those that look alike, for 16
/// random bytes and a checksum of 4. Letters may be typed small, groups with or without what parts them.
/// </summary>
internal static class RecoveryWords
{
    private const int SecretBytes = 16; // 128 bits, what X25519 is worth
    private const int ChecksumBytes = 4;
    private const int GroupSize = 4;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's

    /// <summary>A new key, and its text, to be shown once.</summary>
    public static RecoveryKey Generate(out string text)
    {
        var bytes = new byte[SecretBytes + ChecksumBytes];
        try
        {
            RandomNumberGenerator.Fill(bytes.AsSpan(0, SecretBytes));
            Checksum(bytes).CopyTo(bytes, SecretBytes);
            text = Format(bytes);
            return ToKey(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>False when it can't be one: the checksum tells a slip of the pen.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RecoveryKey? key)
    {
        key = null;
        var bytes = new byte[SecretBytes + ChecksumBytes];
        try
        {
            if (!TryDecode(text, bytes)
                || !CryptographicOperations.FixedTimeEquals(Checksum(bytes), bytes.AsSpan(SecretBytes)))
            {
                return false;
            }
            key = ToKey(bytes);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static RecoveryKey ToKey(byte[] bytes)
    {
        var seed = Hash("jlinx/recovery/1"u8, bytes);
        var key = RecoveryKey.FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    private static byte[] Checksum(byte[] bytes) => Hash("jlinx/recovery/checksum"u8, bytes)[..ChecksumBytes];

    /// <summary>Of the secret, of which no copy stays.</summary>
    private static byte[] Hash(ReadOnlySpan<byte> context, byte[] bytes)
    {
        Span<byte> input = stackalloc byte[context.Length + SecretBytes];
        context.CopyTo(input);
        bytes.AsSpan(0, SecretBytes).CopyTo(input[context.Length..]);
        var hash = SHA256.HashData(input);
        CryptographicOperations.ZeroMemory(input);
        return hash;
    }

    private static string Format(byte[] bytes)
    {
        Span<char> text = stackalloc char[bytes.Length * 8 / 5];
        for (var i = 0; i < text.Length; i++)
        {
            var value = 0;
            for (var bit = i * 5; bit < (i + 1) * 5; bit++)
                value = (value << 1) | ((bytes[bit / 8] >> (7 - (bit % 8))) & 1);
            text[i] = Alphabet[value];
        }
        List<string> groups = [];
        for (var i = 0; i < text.Length; i += GroupSize)
            groups.Add(text.Slice(i, GroupSize).ToString());
        return string.Join('-', groups);
    }

    private static bool TryDecode(string text, byte[] bytes)
    {
        var bit = 0;
        foreach (var typed in text)
        {
            if (typed is '-' or ' ' or '\t')
                continue;
            var value = Alphabet.IndexOf(Likely(typed), StringComparison.Ordinal);
            if (value < 0 || bit + 5 > bytes.Length * 8)
                return false;
            for (var of = 4; of >= 0; of--, bit++)
                bytes[bit / 8] |= (byte)(((value >> of) & 1) << (7 - (bit % 8)));
        }
        return bit == bytes.Length * 8;
    }

    /// <summary>What is written like another character stands for that.</summary>
    private static char Likely(char typed) => char.ToUpperInvariant(typed) switch
    {
        'O' => '0',
        'I' or 'L' => '1',
        var other => other,
    };
}
