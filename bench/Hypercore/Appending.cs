using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;

namespace Hypercore;

internal static class Appending
{
    /// <summary>Each with a signature of its own.</summary>
    public static async Task OneByOneAsync(int count)
    {
        await AppendAsync(Math.Min(count, 2000)); // warm
        var blocks = Measured.Blocks(count);
        using var pair = KeyPair.Generate();
        var core = await Core.CreateAsync(new MemoryCoreStore(), pair);
        var measured = new Measured("append one by one");
        foreach (var block in blocks)
            await core.AppendAsync(block);
        measured.Print(count);
    }

    /// <summary>As many under one signature as one takes.</summary>
    public static async Task AtOnceAsync(int count)
    {
        await AppendAsync(Math.Min(count, 2000));
        var blocks = Measured.Blocks(count);
        using var pair = KeyPair.Generate();
        var core = await Core.CreateAsync(new MemoryCoreStore(), pair);
        var measured = new Measured("append at once");
        await core.FillAsync(blocks);
        measured.Print(count);
    }

    private static async Task AppendAsync(int count)
    {
        using var pair = KeyPair.Generate();
        var core = await Core.CreateAsync(new MemoryCoreStore(), pair);
        foreach (var block in Measured.Blocks(count))
            await core.AppendAsync(block);
    }
}
