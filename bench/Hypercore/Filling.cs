using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;

namespace Hypercore;

internal static class Filling
{
    /// <summary>As many under one signature as one append takes.</summary>
    public static async Task FillAsync(this Core core, ReadOnlyMemory<byte>[] blocks)
    {
        foreach (var batch in blocks.Chunk(Core.MaxBatchBlocks))
            await core.AppendAsync(batch);
    }

    public static async Task<Core> WriterAsync(KeyPair pair, int count)
    {
        var core = await Core.CreateAsync(new MemoryCoreStore(), pair);
        await core.FillAsync(Measured.Blocks(count));
        return core;
    }
}
