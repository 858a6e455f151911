using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gatehouse.Security.Argon2id;

/// <summary>The kernel for AVX2: two rows, then two columns at a time, in eight registers.</summary>
/// <remarks>
/// Blocks keep the order of RFC 9106. A row is four registers a, b, c, d, turned by vpermq. Two neighbouring columns
/// are eight registers, one per row of the matrix, turned by vpalignr; turning d by two places only exchanges two
/// names. As in <see cref="Avx512Kernel"/> b stays where it is.
/// </remarks>
internal readonly unsafe struct Avx2Kernel : IArgon2Kernel
{
    private const byte Left1 = 0x39; // 1 2 3 0
    private const byte Left2 = 0x4e; // 2 3 0 1
    private const byte Left3 = 0x93; // 3 0 1 2

    public static bool IsSupported => Avx2.IsSupported;

    public static int Position(int word) => word;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit] // every local is written before it is read: zeroing them for each block would be work for nothing
    public static ulong* Compress(
        ulong* previous, ulong* reference, ulong* destination, bool accumulate, ReferenceArea* next, ulong* scratch)
    {
        for (var rows = 0; rows < Argon2.BlockWords; rows += 32)
            PermuteRows(previous + rows, reference + rows, destination + rows, accumulate, scratch + rows);

        PermuteColumns(scratch, destination);
        var found = ReferenceArea.LocateAndFetch(next, *destination);
        for (var columns = 4; columns < 16; columns += 4)
            PermuteColumns(scratch + columns, destination + columns);
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PermuteRows(
        ulong* previous, ulong* reference, ulong* destination, bool accumulate, ulong* scratch)
    {
        var a0 = Load(0, previous, reference, destination, accumulate);
        var b0 = Load(4, previous, reference, destination, accumulate);
        var c0 = Load(8, previous, reference, destination, accumulate);
        var d0 = Load(12, previous, reference, destination, accumulate);
        var a1 = Load(16, previous, reference, destination, accumulate);
        var b1 = Load(20, previous, reference, destination, accumulate);
        var c1 = Load(24, previous, reference, destination, accumulate);
        var d1 = Load(28, previous, reference, destination, accumulate);

        Mix(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
        (a0, a1) = (Avx2.Permute4x64(a0, Left3), Avx2.Permute4x64(a1, Left3));
        (c0, c1) = (Avx2.Permute4x64(c0, Left1), Avx2.Permute4x64(c1, Left1));
        (d0, d1) = (Avx2.Permute4x64(d0, Left2), Avx2.Permute4x64(d1, Left2));
        Mix(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);

        Avx2.Permute4x64(a0, Left1).StoreAligned(scratch);
        b0.StoreAligned(scratch + 4);
        Avx2.Permute4x64(c0, Left3).StoreAligned(scratch + 8);
        Avx2.Permute4x64(d0, Left2).StoreAligned(scratch + 12);
        Avx2.Permute4x64(a1, Left1).StoreAligned(scratch + 16);
        b1.StoreAligned(scratch + 20);
        Avx2.Permute4x64(c1, Left3).StoreAligned(scratch + 24);
        Avx2.Permute4x64(d1, Left2).StoreAligned(scratch + 28);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PermuteColumns(ulong* scratch, ulong* destination)
    {
        var a0 = Vector256.LoadAligned(scratch);
        var a1 = Vector256.LoadAligned(scratch + 16);
        var b0 = Vector256.LoadAligned(scratch + 32);
        var b1 = Vector256.LoadAligned(scratch + 48);
        var c0 = Vector256.LoadAligned(scratch + 64);
        var c1 = Vector256.LoadAligned(scratch + 80);
        var d0 = Vector256.LoadAligned(scratch + 96);
        var d1 = Vector256.LoadAligned(scratch + 112);

        Mix(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
        (a0, a1) = (Avx2.AlignRight(a0, a1, 8), Avx2.AlignRight(a1, a0, 8));
        (c0, c1) = (Avx2.AlignRight(c1, c0, 8), Avx2.AlignRight(c0, c1, 8));
        Mix(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d1, ref d0);

        Store(0, Avx2.AlignRight(a1, a0, 8), destination);
        Store(16, Avx2.AlignRight(a0, a1, 8), destination);
        Store(32, b0, destination);
        Store(48, b1, destination);
        Store(64, Avx2.AlignRight(c0, c1, 8), destination);
        Store(80, Avx2.AlignRight(c1, c0, 8), destination);
        Store(96, d0, destination);
        Store(112, d1, destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Load(
        int word, ulong* previous, ulong* reference, ulong* destination, bool accumulate)
    {
        var input = Vector256.LoadAligned(previous + word) ^ Vector256.LoadAligned(reference + word);
        if (accumulate)
            (input ^ Vector256.LoadAligned(destination + word)).StoreAligned(destination + word);
        else
            input.StoreAligned(destination + word);
        return input;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(int word, Vector256<ulong> output, ulong* destination) =>
        (output ^ Vector256.LoadAligned(destination + word)).StoreAligned(destination + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector256<ulong> a0, ref Vector256<ulong> a1, ref Vector256<ulong> b0, ref Vector256<ulong> b1,
        ref Vector256<ulong> c0, ref Vector256<ulong> c1, ref Vector256<ulong> d0, ref Vector256<ulong> d1)
    {
        var right24 = Vector256.Create(
            (byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10,
            3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
        var right16 = Vector256.Create(
            (byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9,
            2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);

        (a0, a1) = (MultiplyAdd(a0, b0), MultiplyAdd(a1, b1));
        (d0, d1) = (SwapHalves(d0 ^ a0), SwapHalves(d1 ^ a1));
        (c0, c1) = (MultiplyAdd(c0, d0), MultiplyAdd(c1, d1));
        (b0, b1) = (RotateBytes(b0 ^ c0, right24), RotateBytes(b1 ^ c1, right24));
        (a0, a1) = (MultiplyAdd(a0, b0), MultiplyAdd(a1, b1));
        (d0, d1) = (RotateBytes(d0 ^ a0, right16), RotateBytes(d1 ^ a1, right16));
        (c0, c1) = (MultiplyAdd(c0, d0), MultiplyAdd(c1, d1));
        (b0, b1) = (RotateRight63(b0 ^ c0), RotateRight63(b1 ^ c1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MultiplyAdd(Vector256<ulong> x, Vector256<ulong> y)
    {
        var product = Avx2.Multiply(x.AsUInt32(), y.AsUInt32());
        return x + y + (product + product);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> SwapHalves(Vector256<ulong> x) => Avx2.Shuffle(x.AsUInt32(), 0xb1).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateBytes(Vector256<ulong> x, Vector256<byte> order) =>
        Avx2.Shuffle(x.AsByte(), order).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateRight63(Vector256<ulong> x) => (x + x) | (x >>> 63);
}
