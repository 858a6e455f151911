using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Gatehouse.Security.Argon2id;

/// <summary>The kernel for 128-bit registers, on arm64 and on older x86: a row or a column at a time.</summary>
/// <remarks>
/// Blocks keep the order of RFC 9106. A row is eight neighbouring registers, a column one register from each row: but
/// for the distance between them both are the same work, and turning works as in <see cref="Avx2Kernel"/>.
/// </remarks>
internal readonly unsafe struct Vector128Kernel : IArgon2Kernel
{
    public static bool IsSupported => Ssse3.IsSupported || AdvSimd.Arm64.IsSupported;

    public static int Position(int word) => word;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit] // every local is written before it is read: zeroing them for each block would be work for nothing
    public static ulong* Compress(
        ulong* previous, ulong* reference, ulong* destination, bool accumulate, ReferenceArea* next, ulong* scratch)
    {
        for (var word = 0; word < Argon2.BlockWords; word += 2)
        {
            var input = Vector128.LoadAligned(previous + word) ^ Vector128.LoadAligned(reference + word);
            input.StoreAligned(scratch + word);
            if (accumulate)
                input ^= Vector128.LoadAligned(destination + word);
            input.StoreAligned(destination + word);
        }

        for (var row = 0; row < Argon2.BlockWords; row += 16)
            Permute(scratch + row, distance: 2);
        for (var column = 0; column < 16; column += 2)
            Permute(scratch + column, distance: 16);

        var found = ReferenceArea.LocateAndFetch(next, *scratch ^ *destination);
        for (var word = 0; word < Argon2.BlockWords; word += 2)
        {
            var output = Vector128.LoadAligned(scratch + word) ^ Vector128.LoadAligned(destination + word);
            output.StoreAligned(destination + word);
        }

        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Permute(ulong* words, int distance)
    {
        var a0 = Vector128.LoadAligned(words);
        var a1 = Vector128.LoadAligned(words + distance);
        var b0 = Vector128.LoadAligned(words + (2 * distance));
        var b1 = Vector128.LoadAligned(words + (3 * distance));
        var c0 = Vector128.LoadAligned(words + (4 * distance));
        var c1 = Vector128.LoadAligned(words + (5 * distance));
        var d0 = Vector128.LoadAligned(words + (6 * distance));
        var d1 = Vector128.LoadAligned(words + (7 * distance));

        Mix(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
        (a0, a1) = (Straddle(a1, a0), Straddle(a0, a1));
        (c0, c1) = (Straddle(c0, c1), Straddle(c1, c0));
        Mix(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d1, ref d0);

        Straddle(a0, a1).StoreAligned(words);
        Straddle(a1, a0).StoreAligned(words + distance);
        b0.StoreAligned(words + (2 * distance));
        b1.StoreAligned(words + (3 * distance));
        Straddle(c1, c0).StoreAligned(words + (4 * distance));
        Straddle(c0, c1).StoreAligned(words + (5 * distance));
        d0.StoreAligned(words + (6 * distance));
        d1.StoreAligned(words + (7 * distance));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector128<ulong> a0, ref Vector128<ulong> a1, ref Vector128<ulong> b0, ref Vector128<ulong> b1,
        ref Vector128<ulong> c0, ref Vector128<ulong> c1, ref Vector128<ulong> d0, ref Vector128<ulong> d1)
    {
        (a0, a1) = (MultiplyAdd(a0, b0), MultiplyAdd(a1, b1));
        (d0, d1) = (RotateRight32(d0 ^ a0), RotateRight32(d1 ^ a1));
        (c0, c1) = (MultiplyAdd(c0, d0), MultiplyAdd(c1, d1));
        (b0, b1) = (RotateRight24(b0 ^ c0), RotateRight24(b1 ^ c1));
        (a0, a1) = (MultiplyAdd(a0, b0), MultiplyAdd(a1, b1));
        (d0, d1) = (RotateRight16(d0 ^ a0), RotateRight16(d1 ^ a1));
        (c0, c1) = (MultiplyAdd(c0, d0), MultiplyAdd(c1, d1));
        (b0, b1) = (RotateRight63(b0 ^ c0), RotateRight63(b1 ^ c1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> MultiplyAdd(Vector128<ulong> x, Vector128<ulong> y)
    {
        var product = Sse2.IsSupported
            ? Sse2.Multiply(x.AsUInt32(), y.AsUInt32())
            : AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(x), AdvSimd.ExtractNarrowingLower(y));
        return x + y + (product + product);
    }

    /// <summary>The upper word of one register and the lower word of the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Straddle(Vector128<ulong> lower, Vector128<ulong> upper) =>
        Ssse3.IsSupported ? Ssse3.AlignRight(upper, lower, 8) : AdvSimd.ExtractVector128(lower, upper, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> RotateRight32(Vector128<ulong> x) =>
        Vector128.Shuffle(x.AsUInt32(), Vector128.Create(1U, 0, 3, 2)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> RotateRight24(Vector128<ulong> x) => Vector128.Shuffle(
        x.AsByte(), Vector128.Create((byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> RotateRight16(Vector128<ulong> x) => Vector128.Shuffle(
        x.AsByte(), Vector128.Create((byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> RotateRight63(Vector128<ulong> x) => (x + x) | (x >>> 63);
}
