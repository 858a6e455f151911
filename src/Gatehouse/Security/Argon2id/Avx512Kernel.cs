using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gatehouse.Security.Argon2id;

/// <summary>The kernel for AVX-512: a whole block in 16 registers, without one transposition.</summary>
/// <remarks>
/// A block is a matrix of 8 x 8 cells of two words. Register number (row / 2, column / 2) holds the four cells
/// (row % 2, column % 2); blocks stay in that order in memory. So four registers are two whole rows, or two whole
/// columns, and both halves of the permutation find their operands as they lie. All four groups advance in lockstep,
/// which hides the latency of the multiplications. Rows are turned back and forth by moving a, c and d and leaving b
/// where it is: b is the last value computed and the first one needed.
/// After an SDK update, read the disassembly: it should hold no call and no use of the stack between load and store.
/// </remarks>
internal readonly unsafe struct Avx512Kernel : IArgon2Kernel
{
    private const byte Left1 = 0x39; // 1 2 3 0
    private const byte Left2 = 0x4e; // 2 3 0 1
    private const byte Left3 = 0x93; // 3 0 1 2

    // IsHardwareAccelerated is false where 512-bit registers exist but slow the core down.
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static int Position(int word)
    {
        var (row, column) = (word / 16, word / 2 % 8);
        return (row / 2 * 32) + (column / 2 * 8) + (row % 2 * 4) + (column % 2 * 2) + (word % 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit] // every local is written before it is read: zeroing them for each block would be work for nothing
    public static ulong* Compress(
        ulong* previous, ulong* reference, ulong* destination, bool accumulate, ReferenceArea* next, ulong* scratch)
    {
        var z0 = Load(0, previous, reference, destination, accumulate);
        var z1 = Load(1, previous, reference, destination, accumulate);
        var z2 = Load(2, previous, reference, destination, accumulate);
        var z3 = Load(3, previous, reference, destination, accumulate);
        var z4 = Load(4, previous, reference, destination, accumulate);
        var z5 = Load(5, previous, reference, destination, accumulate);
        var z6 = Load(6, previous, reference, destination, accumulate);
        var z7 = Load(7, previous, reference, destination, accumulate);
        var z8 = Load(8, previous, reference, destination, accumulate);
        var z9 = Load(9, previous, reference, destination, accumulate);
        var z10 = Load(10, previous, reference, destination, accumulate);
        var z11 = Load(11, previous, reference, destination, accumulate);
        var z12 = Load(12, previous, reference, destination, accumulate);
        var z13 = Load(13, previous, reference, destination, accumulate);
        var z14 = Load(14, previous, reference, destination, accumulate);
        var z15 = Load(15, previous, reference, destination, accumulate);

        Mix(ref z0, ref z4, ref z8, ref z12, ref z1, ref z5, ref z9, ref z13,
            ref z2, ref z6, ref z10, ref z14, ref z3, ref z7, ref z11, ref z15);
        TurnRows(ref z0, ref z4, ref z8, ref z12, Left3);
        TurnRows(ref z2, ref z6, ref z10, ref z14, Left1);
        TurnRows(ref z3, ref z7, ref z11, ref z15, Left2);
        Mix(ref z0, ref z4, ref z8, ref z12, ref z1, ref z5, ref z9, ref z13,
            ref z2, ref z6, ref z10, ref z14, ref z3, ref z7, ref z11, ref z15);
        TurnRows(ref z0, ref z4, ref z8, ref z12, Left1);
        TurnRows(ref z2, ref z6, ref z10, ref z14, Left3);
        TurnRows(ref z3, ref z7, ref z11, ref z15, Left2);

        var left1 = Vector512.Create(1UL, 4, 3, 6, 5, 0, 7, 2);
        var left3 = Vector512.Create(5UL, 0, 7, 2, 1, 4, 3, 6);
        Mix(ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref z6, ref z7,
            ref z8, ref z9, ref z10, ref z11, ref z12, ref z13, ref z14, ref z15);
        TurnColumns(ref z0, ref z1, ref z2, ref z3, left3);
        TurnColumns(ref z8, ref z9, ref z10, ref z11, left1);
        SwapColumns(ref z12, ref z13, ref z14, ref z15);
        Mix(ref z0, ref z1, ref z2, ref z3, ref z4, ref z5, ref z6, ref z7,
            ref z8, ref z9, ref z10, ref z11, ref z12, ref z13, ref z14, ref z15);
        TurnColumns(ref z0, ref z1, ref z2, ref z3, left1);
        TurnColumns(ref z8, ref z9, ref z10, ref z11, left3);
        SwapColumns(ref z12, ref z13, ref z14, ref z15);

        z0 ^= Vector512.LoadAligned(destination);
        z0.StoreAligned(destination);
        var found = ReferenceArea.LocateAndFetch(next, z0.ToScalar());
        Store(1, z1, destination);
        Store(2, z2, destination);
        Store(3, z3, destination);
        Store(4, z4, destination);
        Store(5, z5, destination);
        Store(6, z6, destination);
        Store(7, z7, destination);
        Store(8, z8, destination);
        Store(9, z9, destination);
        Store(10, z10, destination);
        Store(11, z11, destination);
        Store(12, z12, destination);
        Store(13, z13, destination);
        Store(14, z14, destination);
        Store(15, z15, destination);
        return found;
    }

    /// <summary>The input of the permutation; it also waits in the destination to be XORed with the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Load(
        int index, ulong* previous, ulong* reference, ulong* destination, bool accumulate)
    {
        var input = Vector512.LoadAligned(previous + (index * 8)) ^ Vector512.LoadAligned(reference + (index * 8));
        if (accumulate)
            (input ^ Vector512.LoadAligned(destination + (index * 8))).StoreAligned(destination + (index * 8));
        else
            input.StoreAligned(destination + (index * 8));
        return input;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(int index, Vector512<ulong> output, ulong* destination) =>
        (output ^ Vector512.LoadAligned(destination + (index * 8))).StoreAligned(destination + (index * 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector512<ulong> a0, ref Vector512<ulong> a1, ref Vector512<ulong> a2, ref Vector512<ulong> a3,
        ref Vector512<ulong> b0, ref Vector512<ulong> b1, ref Vector512<ulong> b2, ref Vector512<ulong> b3,
        ref Vector512<ulong> c0, ref Vector512<ulong> c1, ref Vector512<ulong> c2, ref Vector512<ulong> c3,
        ref Vector512<ulong> d0, ref Vector512<ulong> d1, ref Vector512<ulong> d2, ref Vector512<ulong> d3)
    {
        MultiplyAdd(ref a0, ref a1, ref a2, ref a3, b0, b1, b2, b3);
        XorRotate(ref d0, ref d1, ref d2, ref d3, a0, a1, a2, a3, 32);
        MultiplyAdd(ref c0, ref c1, ref c2, ref c3, d0, d1, d2, d3);
        XorRotate(ref b0, ref b1, ref b2, ref b3, c0, c1, c2, c3, 24);
        MultiplyAdd(ref a0, ref a1, ref a2, ref a3, b0, b1, b2, b3);
        XorRotate(ref d0, ref d1, ref d2, ref d3, a0, a1, a2, a3, 16);
        MultiplyAdd(ref c0, ref c1, ref c2, ref c3, d0, d1, d2, d3);
        XorRotate(ref b0, ref b1, ref b2, ref b3, c0, c1, c2, c3, 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(
        ref Vector512<ulong> x0, ref Vector512<ulong> x1, ref Vector512<ulong> x2, ref Vector512<ulong> x3,
        Vector512<ulong> y0, Vector512<ulong> y1, Vector512<ulong> y2, Vector512<ulong> y3)
    {
        var p0 = Avx512F.Multiply(x0.AsUInt32(), y0.AsUInt32());
        var p1 = Avx512F.Multiply(x1.AsUInt32(), y1.AsUInt32());
        var p2 = Avx512F.Multiply(x2.AsUInt32(), y2.AsUInt32());
        var p3 = Avx512F.Multiply(x3.AsUInt32(), y3.AsUInt32());
        x0 = x0 + y0 + (p0 + p0);
        x1 = x1 + y1 + (p1 + p1);
        x2 = x2 + y2 + (p2 + p2);
        x3 = x3 + y3 + (p3 + p3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void XorRotate(
        ref Vector512<ulong> x0, ref Vector512<ulong> x1, ref Vector512<ulong> x2, ref Vector512<ulong> x3,
        Vector512<ulong> y0, Vector512<ulong> y1, Vector512<ulong> y2, Vector512<ulong> y3,
        [ConstantExpected] byte right)
    {
        x0 = Avx512F.RotateRight(x0 ^ y0, right);
        x1 = Avx512F.RotateRight(x1 ^ y1, right);
        x2 = Avx512F.RotateRight(x2 ^ y2, right);
        x3 = Avx512F.RotateRight(x3 ^ y3, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnRows(
        ref Vector512<ulong> x0, ref Vector512<ulong> x1, ref Vector512<ulong> x2, ref Vector512<ulong> x3,
        [ConstantExpected] byte control)
    {
        x0 = Avx512F.Permute4x64(x0, control);
        x1 = Avx512F.Permute4x64(x1, control);
        x2 = Avx512F.Permute4x64(x2, control);
        x3 = Avx512F.Permute4x64(x3, control);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnColumns(
        ref Vector512<ulong> x0, ref Vector512<ulong> x1, ref Vector512<ulong> x2, ref Vector512<ulong> x3,
        Vector512<ulong> control)
    {
        x0 = Avx512F.PermuteVar8x64(x0, control);
        x1 = Avx512F.PermuteVar8x64(x1, control);
        x2 = Avx512F.PermuteVar8x64(x2, control);
        x3 = Avx512F.PermuteVar8x64(x3, control);
    }

    /// <summary>Turns columns by two places: the halves of a register, row and row, change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SwapColumns(
        ref Vector512<ulong> x0, ref Vector512<ulong> x1, ref Vector512<ulong> x2, ref Vector512<ulong> x3)
    {
        x0 = Avx512F.Shuffle4x128(x0, x0, Left2);
        x1 = Avx512F.Shuffle4x128(x1, x1, Left2);
        x2 = Avx512F.Shuffle4x128(x2, x2, Left2);
        x3 = Avx512F.Shuffle4x128(x3, x3, Left2);
    }
}
