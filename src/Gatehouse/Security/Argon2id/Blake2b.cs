using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gatehouse.Security.Argon2id;

/// <summary>
/// BLAKE2b without a key (RFC 7693) and the variable-length hash H' that Argon2 builds on it (RFC 9106, 3.3).
/// </summary>
/// <remarks>
/// It lives on the stack and wipes itself in <see cref="Finish"/>: what passes through it is a password. Little-endian
/// machines only; on others the self-test of <see cref="Argon2Kernels"/> fails and the server does not start.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal ref struct Blake2b
{
    /// <summary>The longest digest, in bytes.</summary>
    public const int MaxDigestBytes = 64;

    private const int BlockBytes = 128;
    private const int Rounds = 12;

    private readonly int digestBytes;
    private InlineArray8<ulong> state;
    private InlineArray16<ulong> block;
    private int blockLength;
    private ulong totalLength; // 64 of the 128 bits RFC 7693 has: nobody can hand us more

    /// <summary>Starts a digest of 1 to 64 bytes.</summary>
    public Blake2b(int digestBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digestBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digestBytes, MaxDigestBytes);
        this.digestBytes = digestBytes;
        InitialState.CopyTo(state);
        state[0] ^= 0x01010000 ^ (ulong)digestBytes; // parameter block: depth 1, fan-out 1, no key
    }

    private static ReadOnlySpan<ulong> InitialState =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    private static ReadOnlySpan<byte> Sigma =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>The digest of <paramref name="data"/>, as long as <paramref name="digest"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        var hash = new Blake2b(digest.Length);
        hash.Append(data);
        hash.Finish(digest);
    }

    /// <summary>H' of RFC 9106: a digest of any length.</summary>
    public static void HashToAnyLength(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        var first = new Blake2b(Math.Min(digest.Length, MaxDigestBytes));
        first.AppendInt32(digest.Length);
        first.Append(data);
        if (digest.Length <= MaxDigestBytes)
        {
            first.Finish(digest);
            return;
        }

        // Each link of the chain gives its first half; the last gives all that is still missing.
        Span<byte> link = stackalloc byte[MaxDigestBytes];
        first.Finish(link);
        while (true)
        {
            link[..(MaxDigestBytes / 2)].CopyTo(digest);
            digest = digest[(MaxDigestBytes / 2)..];
            if (digest.Length <= MaxDigestBytes)
                break;
            Hash(link, link);
        }

        Hash(link, digest);
        CryptographicOperations.ZeroMemory(link);
    }

    public void AppendInt32(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        Append(bytes);
    }

    public void Append(scoped ReadOnlySpan<byte> data)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes((Span<ulong>)block);
        while (!data.IsEmpty)
        {
            // A full block waits until more arrives: the last one is compressed with the finishing flag.
            if (blockLength == BlockBytes)
                CompressBlock(isLast: false);
            var taken = Math.Min(BlockBytes - blockLength, data.Length);
            data[..taken].CopyTo(bytes[blockLength..]);
            blockLength += taken;
            data = data[taken..];
        }
    }

    /// <summary>Writes the digest and wipes this value; it cannot be used again.</summary>
    public void Finish(scoped Span<byte> digest)
    {
        MemoryMarshal.AsBytes((Span<ulong>)block)[blockLength..].Clear();
        CompressBlock(isLast: true);
        MemoryMarshal.AsBytes((Span<ulong>)state)[..digestBytes].CopyTo(digest);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<ulong>)state));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<ulong>)block));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CompressBlock(bool isLast)
    {
        totalLength += (ulong)blockLength;
        blockLength = 0;
        Span<ulong> v = stackalloc ulong[16];
        ((ReadOnlySpan<ulong>)state).CopyTo(v);
        InitialState.CopyTo(v[8..]);
        v[12] ^= totalLength;
        v[14] ^= isLast ? ulong.MaxValue : 0;

        for (var round = 0; round < Rounds; round++)
        {
            ReadOnlySpan<byte> s = Sigma.Slice(round % 10 * 16, 16);
            Mix(ref v[0], ref v[4], ref v[8], ref v[12], block[s[0]], block[s[1]]);
            Mix(ref v[1], ref v[5], ref v[9], ref v[13], block[s[2]], block[s[3]]);
            Mix(ref v[2], ref v[6], ref v[10], ref v[14], block[s[4]], block[s[5]]);
            Mix(ref v[3], ref v[7], ref v[11], ref v[15], block[s[6]], block[s[7]]);
            Mix(ref v[0], ref v[5], ref v[10], ref v[15], block[s[8]], block[s[9]]);
            Mix(ref v[1], ref v[6], ref v[11], ref v[12], block[s[10]], block[s[11]]);
            Mix(ref v[2], ref v[7], ref v[8], ref v[13], block[s[12]], block[s[13]]);
            Mix(ref v[3], ref v[4], ref v[9], ref v[14], block[s[14]], block[s[15]]);
        }

        for (var word = 0; word < 8; word++)
            state[word] ^= v[word] ^ v[word + 8];
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(v));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }
}
