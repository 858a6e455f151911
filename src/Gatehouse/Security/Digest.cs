using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gatehouse.Security;

/// <summary>
/// SHA-256 of a credential's text, as a key of look-ups in memory: the credential itself is not kept, and a look-up by
/// digest tells nothing by its time.
/// </summary>
internal readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    public static Digest Of(ReadOnlySpan<char> text)
    {
        Span<ulong> parts = stackalloc ulong[4];
        SHA256.HashData(MemoryMarshal.AsBytes(text), MemoryMarshal.AsBytes(parts));
        return new Digest(parts[0], parts[1], parts[2], parts[3]);
    }

    public override int GetHashCode() => (int)A; // uniformly distributed already
}
