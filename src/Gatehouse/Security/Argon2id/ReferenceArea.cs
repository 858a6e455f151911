using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Gatehouse.Security.Argon2id;

/// <summary>
/// The blocks that one block may refer to (RFC 9106, 3.4.2, with a single lane): <c>size</c> blocks from <c>start</c>,
/// round the end of the lane. The invariant 0 &lt; size &lt; length keeps every located block inside the lane.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal unsafe struct ReferenceArea(ulong* lane, uint length, uint start, uint size)
{
    private uint size = size;

    /// <summary>The area of the following block in the same segment.</summary>
    public void Grow() => size++;

    /// <summary>The block that a pseudo-random word chooses; recent ones are likelier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong* Locate(ulong word)
    {
        ulong j = (uint)word;
        var x = (j * j) >> 32;
        var y = (size * x) >> 32; // y < size, because x < 2^32
        var position = start + size - 1 - (uint)y - length;

        // start + size < 2 * length, so one wrap is enough. No branch: its predictor could only toss a coin.
        position += length & (uint)((int)position >> 31);
        return lane + ((nuint)position * Argon2.BlockWords);
    }

    /// <summary>As <see cref="Locate"/>, and fetches the block, which is wanted next. Null for no area.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong* LocateAndFetch(ReferenceArea* area, ulong word)
    {
        if (area == null)
            return null;
        var block = area->Locate(word);
        if (Sse.IsSupported)
        {
            for (var line = 0; line < 16; line++)
                Sse.Prefetch0(block + (line * 8));
        }

        return block;
    }
}
