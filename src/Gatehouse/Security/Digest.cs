using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Security;

/// <summary>
/// SHA-256 of a credential's text, as a key of look-ups in memory: the credential itself is not kept, and a look-up by
/// digest tells nothing by its time.
/// </summary>
internal readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    private const int MostCharacters = 4096; // a header line beyond it is an attack

    /// <summary>False for what can't be a credential of ours: they are ASCII, and shorter.</summary>
    public static bool TryOf(ReadOnlySpan<char> text, out Digest digest)
    {
        digest = default;
        if (text.Length > MostCharacters)
            return false;
        Span<byte> ascii = stackalloc byte[text.Length];
        if (Ascii.FromUtf16(text, ascii, out _) != OperationStatus.Done)
            return false;
        Span<ulong> parts = stackalloc ulong[4];
        SHA256.HashData(ascii, MemoryMarshal.AsBytes(parts));
        digest = new Digest(parts[0], parts[1], parts[2], parts[3]);
        return true;
    }

    public override int GetHashCode() => (int)A; // uniformly distributed already
}
