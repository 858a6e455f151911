using System.Net;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Transports;

namespace Hypercore;

/// <summary>The two ends of a connection, each in a process of its own.</summary>
internal static class Replicating
{
    public static async Task ServeAsync(int count)
    {
        using var pair = KeyPair.Generate();
        using var identity = KeyPair.Generate();
        var core = await Filling.WriterAsync(pair, count);
        await using var replicator = new Replicator(identity);
        replicator.Add(core);
        await using var door = TcpDoor.Open(replicator, new IPEndPoint(IPAddress.Loopback, 0));
        Console.WriteLine($$"""{"port":{{door.EndPoint.Port}},"key":"{{core.Key.Bytes}}"}""");
        await Task.Delay(Timeout.Infinite); // until it is killed
    }

    public static async Task FetchAsync(int count, int port, string key)
    {
        using var identity = KeyPair.Generate();
        var core = await Core.OpenAsync(new MemoryCoreStore(), new CoreKey(new Bytes32(Convert.FromHexString(key))));
        await using var replicator = new Replicator(identity);
        replicator.Add(core);
        var measured = new Measured("replicate");
        await using var dialler = Dialler.Tcp(replicator, "127.0.0.1", port);
        for (var i = 0; i < count; i++)
            await core.GetAsync((ulong)i);
        measured.Print(count);
    }
}
