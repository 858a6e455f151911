using System.Numerics;
using System.Runtime.CompilerServices;

namespace Gatehouse.Security.Argon2id;

/// <summary>The kernel for every machine, as RFC 9106, 3.5 and 3.6 write it: the one to read first.</summary>
internal readonly unsafe struct ScalarKernel : IArgon2Kernel
{
    public static bool IsSupported => true;

    public static int Position(int word) => word;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    [SkipLocalsInit] // every local is written before it is read: zeroing them for each block would be work for nothing
    public static ulong* Compress(
        ulong* previous, ulong* reference, ulong* destination, bool accumulate, ReferenceArea* next, ulong* scratch)
    {
        for (var word = 0; word < Argon2.BlockWords; word++)
        {
            var input = previous[word] ^ reference[word];
            scratch[word] = input;
            destination[word] = accumulate ? input ^ destination[word] : input;
        }

        for (var row = 0; row < Argon2.BlockWords; row += 16)
            Permute(scratch + row, distance: 2);
        for (var column = 0; column < 16; column += 2)
            Permute(scratch + column, distance: 16);

        for (var word = 0; word < Argon2.BlockWords; word++)
            destination[word] ^= scratch[word];
        return ReferenceArea.LocateAndFetch(next, *destination);
    }

    /// <summary>The permutation P of eight pairs of words, <paramref name="distance"/> words apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Permute(ulong* words, int distance)
    {
        ulong* a = words, b = words + (2 * distance), c = words + (4 * distance), d = words + (6 * distance);
        Mix(ref a[0], ref b[0], ref c[0], ref d[0]);
        Mix(ref a[1], ref b[1], ref c[1], ref d[1]);
        Mix(ref a[distance], ref b[distance], ref c[distance], ref d[distance]);
        Mix(ref a[distance + 1], ref b[distance + 1], ref c[distance + 1], ref d[distance + 1]);

        Mix(ref a[0], ref b[1], ref c[distance], ref d[distance + 1]);
        Mix(ref a[1], ref b[distance], ref c[distance + 1], ref d[0]);
        Mix(ref a[distance], ref b[distance + 1], ref c[0], ref d[1]);
        Mix(ref a[distance + 1], ref b[0], ref c[1], ref d[distance]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        a = MultiplyAdd(a, b);
        d = BitOperations.RotateRight(d ^ a, 32);
        c = MultiplyAdd(c, d);
        b = BitOperations.RotateRight(b ^ c, 24);
        a = MultiplyAdd(a, b);
        d = BitOperations.RotateRight(d ^ a, 16);
        c = MultiplyAdd(c, d);
        b = BitOperations.RotateRight(b ^ c, 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong x, ulong y) => x + y + (2 * (ulong)(uint)x * (uint)y);
}
