using System.Diagnostics;
using System.Globalization;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Storage;

namespace Gatehouse.Benchmarks;

/// <summary>
/// Appends to a core in the database, each block signed and on the disk before the next: what a writer waits for.
/// </summary>
internal static class DurableCores
{
    private const int BlockBytes = 100;

    public static async Task AppendAsync(string connectionString, int count)
    {
        await using var database = Database.Open(connectionString);
        await new Migrator(database, TimeProvider.System).MigrateAsync(CancellationToken.None);
        using var pair = KeyPair.Generate();
        var core = await Core.CreateAsync(new SqlCoreStore(database, TimeProvider.System), pair);
        for (var i = 0; i < 200; i++) // warm
            await core.AppendAsync(new byte[BlockBytes]);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
            await core.AppendAsync(new byte[BlockBytes]);
        Print("append one by one, durably", count, start);
        var batch = Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[BlockBytes], count).ToArray();
        start = Stopwatch.GetTimestamp();
        await core.AppendAsync(batch);
        Print("append at once, durably", count, start);
    }

    private static void Print(string name, int count, long start)
    {
        var rate = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $$"""{"name":"{{name}}","count":{{count}},"perSecond":{{rate:F0}}}"""));
    }
}
