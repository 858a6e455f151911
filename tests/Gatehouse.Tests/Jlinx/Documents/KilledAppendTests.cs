using System.Diagnostics;
using System.Globalization;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx.Documents;

/// <summary>SIGKILL while a process appends: what it said is there, whole, and the history goes on.</summary>
public sealed class KilledAppendTests : IAsyncLifetime
{
    private const int Rounds = 4;
    private Store store = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(StoreKind.Sqlite);
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

    /// <summary>Returns the last length that the process spoke of.</summary>
    private async Task<ulong> AppendAndKillAsync(int batches)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", typeof(Appender).Assembly.Location, store.ConnectionString },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        string? line = null;
        for (var i = 0; i < batches; i++)
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
        var core = await Core.CreateAsync(new SqlCoreStore(database), pair);
        var length = core.Length;
        Assert.True(length >= said);
        Assert.Equal(length, core.ContiguousLength);
        for (var i = 0UL; i < length; i++)
            Assert.Equal(Appender.Block(i).ToArray(), (await core.GetAsync(i)).ToArray());
        Assert.Equal(length, await core.AppendAsync(Appender.Block(length)));
        return length;
    }
}
