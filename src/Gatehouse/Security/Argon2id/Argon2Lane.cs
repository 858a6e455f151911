using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gatehouse.Security.Argon2id;

/// <summary>Fills one lane of memory with one kernel, from H0 to the tag.</summary>
internal static unsafe class Argon2Lane<TKernel>
    where TKernel : struct, IArgon2Kernel
{
    private const uint Slices = 4;

    public static void Hash(
        Argon2Parameters parameters, ReadOnlySpan<byte> initial, Argon2Memory memory, Span<byte> tag)
    {
        var lane = memory.Blocks;
        var segmentLength = (uint)parameters.MemoryKiB / Slices;
        FirstBlock(initial, index: 0, lane: 0, lane);
        FirstBlock(initial, index: 1, lane: 0, lane + Argon2.BlockWords);
        for (var pass = 0; pass < parameters.Iterations; pass++)
        {
            for (uint slice = 0; slice < Slices; slice++)
            {
                if (pass == 0 && slice < Slices / 2)
                    FillByCounter(parameters, lane, segmentLength, slice, memory);
                else
                    FillByContent(pass, lane, segmentLength, slice, memory.Scratch);
            }
        }

        Finish(lane + ((nuint)((Slices * segmentLength) - 1) * Argon2.BlockWords), tag);
    }

    /// <summary>Block 0 or 1 of a lane: H'(H0, index, lane).</summary>
    public static void FirstBlock(ReadOnlySpan<byte> initial, int index, int lane, ulong* block)
    {
        Span<byte> seed = stackalloc byte[Argon2.InitialHashBytes + (2 * sizeof(int))];
        Span<ulong> words = stackalloc ulong[Argon2.BlockWords];
        initial.CopyTo(seed);
        BinaryPrimitives.WriteInt32LittleEndian(seed[Argon2.InitialHashBytes..], index);
        BinaryPrimitives.WriteInt32LittleEndian(seed[(Argon2.InitialHashBytes + sizeof(int))..], lane);
        Blake2b.HashToAnyLength(seed, MemoryMarshal.AsBytes(words));
        for (var word = 0; word < Argon2.BlockWords; word++)
            block[TKernel.Position(word)] = words[word];
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
    }

    /// <summary>The tag: H'(last block).</summary>
    public static void Finish(ulong* block, Span<byte> tag)
    {
        Span<ulong> words = stackalloc ulong[Argon2.BlockWords];
        for (var word = 0; word < Argon2.BlockWords; word++)
            words[word] = block[TKernel.Position(word)];
        Blake2b.HashToAnyLength(MemoryMarshal.AsBytes(words), tag);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
    }

    /// <summary>
    /// 128 pseudo-random words from nothing but the cost and the place (RFC 9106, 3.4.1.2), in the kernel's order.
    /// </summary>
    public static void MakeAddresses(
        Argon2Parameters parameters, int lanes, int lane, uint slice, uint counter, Argon2Memory memory)
    {
        var input = new Span<ulong>(memory.Input, Argon2.BlockWords);
        input.Clear();
        input[TKernel.Position(1)] = (ulong)lane;
        input[TKernel.Position(2)] = slice;
        input[TKernel.Position(3)] = (uint)(parameters.MemoryKiB / (4 * lanes) * (4 * lanes));
        input[TKernel.Position(4)] = (uint)parameters.Iterations;
        input[TKernel.Position(5)] = Argon2.TypeId;
        input[TKernel.Position(6)] = counter;
        new Span<ulong>(memory.Zero, Argon2.BlockWords).Clear();
        TKernel.Compress(
            memory.Zero, memory.Input, memory.Addresses, accumulate: false, next: null, memory.Scratch);
        TKernel.Compress(
            memory.Zero, memory.Addresses, memory.Addresses, accumulate: false, next: null, memory.Scratch);
    }

    /// <summary>A segment of the first half of pass one: what memory is read does not depend on the password.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillByCounter(
        Argon2Parameters parameters, ulong* lane, uint segmentLength, uint slice, Argon2Memory memory)
    {
        ulong* addresses = memory.Addresses, scratch = memory.Scratch;
        var start = slice * segmentLength;
        var index = slice == 0 ? 2U : 0U; // two blocks are there already
        for (uint counter = 1; index < segmentLength; counter++)
        {
            MakeAddresses(parameters, lanes: 1, lane: 0, slice, counter, memory);
            var end = Math.Min(counter * Argon2.BlockWords, segmentLength);
            var area = new ReferenceArea(lane, Slices * segmentLength, start: 0, size: start + index - 1);
            var reference = area.Locate(addresses[TKernel.Position((int)index % Argon2.BlockWords)]);
            while (index < end)
            {
                var destination = lane + ((nuint)(start + index) * Argon2.BlockWords);
                area.Grow();
                index++;
                // Beyond the last address this reads an old one; the reference it gives is in the area and not used.
                var next = ReferenceArea.LocateAndFetch(
                    &area, addresses[TKernel.Position((int)index % Argon2.BlockWords)]);
                TKernel.Compress(
                    destination - Argon2.BlockWords, reference, destination, accumulate: false, next: null, scratch);
                reference = next;
            }
        }
    }

    /// <summary>Any other segment: word 0 of each block chooses the reference of the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillByContent(int pass, ulong* lane, uint segmentLength, uint slice, ulong* scratch)
    {
        // In the first pass all earlier segments may be read; later, the three other segments, oldest first.
        var length = Slices * segmentLength;
        var first = slice * segmentLength;
        var start = pass == 0 ? 0 : (slice + 1) % Slices * segmentLength;
        var area = new ReferenceArea(lane, length, start, size: (pass == 0 ? first : length - segmentLength) - 1);

        var destination = lane + ((nuint)first * Argon2.BlockWords);
        var previous = lane + ((nuint)((first + length - 1) % length) * Argon2.BlockWords);
        var reference = area.Locate(*previous);
        for (uint index = 0; index < segmentLength; index++)
        {
            area.Grow();
            reference = TKernel.Compress(previous, reference, destination, accumulate: pass > 0, &area, scratch);
            previous = destination;
            destination += Argon2.BlockWords;
        }
    }
}
