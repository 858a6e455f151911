using System.Net;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Transports;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Transports;

/// <summary>Alone, for it measures the memory of the process.</summary>
[CollectionDefinition(nameof(ManyCoresTests), DisableParallelization = true)]
[Collection(nameof(ManyCoresTests))]
public sealed class ManyCoresTests
{
    private const int Count = 1000, Rounds = 5;
    private const int MaxBytes = 24 * 1024; // 18 when this was written

    [Fact]
    public async Task A_thousand_cores_share_a_connection_and_cost_a_few_kilobytes_each()
    {
        List<Core> writers = [], readers = [];
        for (var i = 0; i < Count; i++)
        {
            writers.Add(await Core.CreateAsync(new MemoryCoreStore(), KeyPair.Generate()));
            readers.Add(await Core.OpenAsync(new MemoryCoreStore(), writers[i].Key));
        }
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var one = new Peer().With(writers);
        await using var two = new Peer().With(readers);
        await using var door = TcpDoor.Open(one.Replicator, new IPEndPoint(IPAddress.Loopback, 0));
        await using var dialler = Dialler.Tcp(two.Replicator, "127.0.0.1", door.EndPoint.Port, one.PublicKey);
        for (var round = 0; round < Rounds; round++)
        {
            await Parallel.ForEachAsync(writers, async (writer, stop) => await writer.AppendAsync(Block($"{round}"), stop));
            foreach (var reader in readers)
                Assert.Equal($"{round}", await reader.TextAsync((ulong)round));
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (2 * Count);
        Assert.InRange(each, 0, MaxBytes); // a core at one of the two ends, with its five blocks

        Assert.Equal((1, 1), (one.Replicator.Connections, two.Replicator.Connections));
        Assert.Null(dialler.LastEnd);
        Assert.Empty(one.Faults.Concat(two.Faults));
    }
}
