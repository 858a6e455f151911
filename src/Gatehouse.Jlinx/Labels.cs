using System.Security.Cryptography;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Jlinx;

/// <summary>
/// Hashes what documents speak of, each under a label of its own, so that a hash made for one purpose is nothing for
/// another.
/// </summary>
public static class Labels
{
    /// <summary>Of the secret in a sign-up link: an AppUser's header shows it.</summary>
    public static Bytes32 SignUpSecret(ReadOnlySpan<byte> secret) => Hash("jlinx/signup/1"u8, secret);

    /// <summary>Of the token in a one-time login link.</summary>
    public static Bytes32 LoginToken(ReadOnlySpan<byte> token) => Hash("jlinx/login/1"u8, token);

    /// <summary>Of the signer of a Did that may succeed another.</summary>
    public static Bytes32 NextKey(PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        key.Bytes.CopyTo(bytes);
        return Hash("jlinx/next/1"u8, bytes);
    }

    /// <summary>Of a request's block, which its answer repeats.</summary>
    public static Bytes32 Block(ReadOnlySpan<byte> block) => Hash(default, block);

    /// <summary>Whether two hashes are the same, in a time that tells nothing of them.</summary>
    public static bool AreSame(Bytes32 left, Bytes32 right)
    {
        Span<byte> bytes = stackalloc byte[2 * Bytes32.Size];
        left.CopyTo(bytes);
        right.CopyTo(bytes[Bytes32.Size..]);
        return CryptographicOperations.FixedTimeEquals(bytes[..Bytes32.Size], bytes[Bytes32.Size..]);
    }

    internal static Bytes32 Hash(ReadOnlySpan<byte> label, ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Sodium.HashPrefixed(hash, label, data);
        return new Bytes32(hash);
    }
}
