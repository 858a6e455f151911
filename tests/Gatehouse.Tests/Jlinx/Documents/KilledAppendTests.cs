using System.Diagnostics;
using System.Globalization;
using System.Net;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Transports;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx.Documents;

public sealed class KilledAppendOnSqlite() : KilledAppendTests(StoreKind.Sqlite);

public sealed class KilledAppendOnPostgres() : KilledAppendTests(StoreKind.Postgres);

/// <summary>SIGKILL while a process appends: what it said is there, whole, and the history goes on.</summary>
public abstract class KilledAppendTests(StoreKind kind) : IAsyncLifetime
{
    private const int Rounds = 4;
    private readonly List<string> arguments = [];
    private Store store = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(kind);
        await using var database = Database.Open(store.ConnectionString);
        await new Migrator(database, TimeProvider.System).MigrateAsync(default);
    }

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task Killed_at_any_moment_a_writer_leaves_one_whole_history_that_goes_on()
    {
        var random = new Lcg(20302);
        var said = 0UL;
        for (var round = 0; round < Rounds; round++)
        {
            said = await AppendAndKillAsync(1 + random.Next(40));
            var length = await AssertWholeAsync(said);
            Assert.InRange(length, said, said + 5); // one batch may be committed and not yet said
        }
        Assert.True(said > Rounds);
    }

    [Fact]
    public async Task A_peer_was_told_of_nothing_that_is_not_there_and_goes_on_with_the_history()
    {
        var random = new Lcg(20303);
        using var pair = KeyPair.FromSeed(Appender.Seed);
        using var identity = KeyPair.Generate();
        var key = Manifest.SignedBy(pair.PublicKey).Key;
        for (var round = 0; round < Rounds; round++)
        {
            var reader = await Core.OpenAsync(new MemoryCoreStore(), key); // it knows what it is told in this round alone
            await using var replicator = new Replicator(identity);
            replicator.Add(reader);
            await using var door = TcpDoor.Open(replicator, new IPEndPoint(IPAddress.Loopback, 0));
            arguments.Clear();
            arguments.Add(door.EndPoint.Port.ToString(CultureInfo.InvariantCulture));
            var said = await AppendAndKillAsync(20 + random.Next(40), reader);
            await Eventually.TrueAsync(() => replicator.Connections == 0);

            var length = await AssertWholeAsync(said);

            Assert.InRange(reader.Length, 1UL, length);
            Assert.InRange(reader.ClaimedLength!.Value, reader.Length, length);
            for (var i = 0UL; i < reader.ContiguousLength; i++)
                Assert.Equal(Appender.Block(i).ToArray(), (await reader.GetAsync(i)).ToArray());
        }
    }

    /// <summary>Returns the last length that the process spoke of.</summary>
    private async Task<ulong> AppendAndKillAsync(int batches, Core? reader = null)
    {
        string[] all = ["exec", typeof(Appender).Assembly.Location, store.ConnectionString, .. arguments];
        using var process = Process.Start(new ProcessStartInfo("dotnet", all)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        string? line = null;
        for (var i = 0; i < batches; i++)
            line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("It ended by itself.");
        while (reader is { Length: 0 })
            line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("It ended by itself.");
        process.Kill();
        await process.WaitForExitAsync();
        while (await process.StandardOutput.ReadLineAsync() is { Length: > 0 } more)
            line = more;
        return ulong.Parse(line!, CultureInfo.InvariantCulture);
    }

    /// <summary>Opening compares the tree with its signature; then each block, then one more.</summary>
    private async Task<ulong> AssertWholeAsync(ulong said)
    {
        await using var database = Database.Open(store.ConnectionString);
        using var pair = KeyPair.FromSeed(Appender.Seed);
        var core = await Core.CreateAsync(new SqlCoreStore(database, TimeProvider.System), pair);
        var length = core.Length;
        Assert.True(length >= said);
        Assert.Equal(length, core.ContiguousLength);
        for (var i = 0UL; i < length; i++)
            Assert.Equal(Appender.Block(i).ToArray(), (await core.GetAsync(i)).ToArray());
        Assert.Equal(length, await core.AppendAsync(Appender.Block(length)));
        return length;
    }
}
