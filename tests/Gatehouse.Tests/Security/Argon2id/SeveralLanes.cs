using Gatehouse.Security.Argon2id;

namespace Gatehouse.Tests.Security.Argon2id;

/// <summary>
/// Argon2id with several lanes, as RFC 9106 writes it, over the product's kernels: the RFC's vector has four lanes,
/// the product always one. Blocks lie lane after lane.
/// </summary>
internal sealed unsafe class SeveralLanes<TKernel>(Argon2Parameters parameters, int lanes, Argon2Memory memory)
    where TKernel : struct, IArgon2Kernel
{
    private readonly int laneLength = parameters.MemoryKiB / (4 * lanes) * 4;

    public void Hash(
        ReadOnlySpan<byte> password,
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> data,
        Span<byte> tag)
    {
        memory.Prepare(parameters.MemoryKiB);
        Span<byte> initial = stackalloc byte[Argon2.InitialHashBytes];
        Argon2.InitialHash(parameters, lanes, password, salt, secret, data, tag.Length, initial);
        for (var lane = 0; lane < lanes; lane++)
        {
            Argon2Lane<TKernel>.FirstBlock(initial, 0, lane, Block(lane, 0));
            Argon2Lane<TKernel>.FirstBlock(initial, 1, lane, Block(lane, 1));
        }

        // Pass, slice, lane: as the digits of a number, the lane changing first.
        for (var segment = 0; segment < parameters.Iterations * 4 * lanes; segment++)
            FillSegment(segment / lanes / 4, segment / lanes % 4, segment % lanes);

        var last = Block(0, laneLength - 1);
        for (var word = 0; word < (lanes - 1) * Argon2.BlockWords; word++)
        {
            var lane = 1 + (word / Argon2.BlockWords);
            last[word % Argon2.BlockWords] ^= Block(lane, laneLength - 1)[word % Argon2.BlockWords];
        }

        Argon2Lane<TKernel>.Finish(last, tag);
        memory.Wipe();
    }

    private ulong* Block(int lane, int index) =>
        memory.Blocks + (((lane * laneLength) + ((index + laneLength) % laneLength)) * Argon2.BlockWords);

    /// <summary>Segments of fewer than 129 blocks, so that one block of addresses is enough.</summary>
    private void FillSegment(int pass, int slice, int lane)
    {
        var segmentLength = laneLength / 4;
        var byCounter = pass == 0 && slice < 2;
        if (byCounter)
            Argon2Lane<TKernel>.MakeAddresses(parameters, lanes, lane, (uint)slice, counter: 1, memory);
        for (var i = pass == 0 && slice == 0 ? 2 : 0; i < segmentLength; i++)
        {
            var index = (slice * segmentLength) + i;
            var word = byCounter ? memory.Addresses[TKernel.Position(i)] : *Block(lane, index - 1);
            var other = pass == 0 && slice == 0 ? lane : (int)((word >> 32) % (ulong)lanes);
            var size = (pass == 0 ? slice : 3) * segmentLength;
            size += other == lane ? i - 1 : i == 0 ? -1 : 0;
            var x = ((word & uint.MaxValue) * (word & uint.MaxValue)) >> 32;
            var chosen = size - 1 - (int)(((ulong)size * x) >> 32);
            var start = pass == 0 ? 0 : (slice + 1) * segmentLength;
            TKernel.Compress(
                Block(lane, index - 1), Block(other, start + chosen), Block(lane, index), pass > 0, next: null,
                memory.Scratch);
        }
    }
}
