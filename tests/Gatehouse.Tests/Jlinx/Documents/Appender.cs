using System.Globalization;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Transports;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Jlinx.Documents;

/// <summary>
/// What this assembly is when it is run as a program: a process that appends to a core for ever, one to five blocks at
/// a time, and says after each batch how long the core is; with peers, if it is given the port of one. To be killed.
/// </summary>
internal static class Appender
{
    public static readonly byte[] Seed = [.. Enumerable.Repeat((byte)11, KeyPair.SeedBytes)];

    public static ReadOnlyMemory<byte> Block(ulong index) =>
        System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"block {index}"));

    public static async Task Main(string[] args)
    {
        await using var database = Database.Open(args[0]);
        using var pair = KeyPair.FromSeed(Seed);
        var core = await Core.CreateAsync(new SqlCoreStore(database, TimeProvider.System), pair);
        using var identity = KeyPair.Generate();
        await using var replicator = new Replicator(identity);
        replicator.Add(core);
        await using var dialler = args.Length > 1
            ? Dialler.Tcp(replicator, "127.0.0.1", int.Parse(args[1], CultureInfo.InvariantCulture))
            : null;
        while (true)
        {
            var count = 1 + (core.Length % 5);
            await core.AppendAsync([.. Enumerable.Range(0, (int)count).Select(i => Block(core.Length + (ulong)i))]);
            await Console.Out.WriteLineAsync(core.Length.ToString(CultureInfo.InvariantCulture));
        }
    }
}
