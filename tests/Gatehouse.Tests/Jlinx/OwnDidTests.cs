using System.Net;
using System.Net.Sockets;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Transports;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

/// <summary>The server's own Did, which every customer's program reads.</summary>
public abstract class OwnDidTests(StoreKind kind) : JlinxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    [Meets("GH-SEC-315")]
    public async Task Where_we_are_reached_is_said_when_somebody_is_heard_and_after_a_restore_in_the_same_words()
    {
        await using var store = await Store.CreateAsync(kind);
        var clock = new FakeClock();
        var port = FreePort();
        await using var reader = new Reader();
        Core did;
        await using (var app = await App.StartOnAsync(store, clock))
        {
            did = await reader.FollowAsync(app);
            await did.GetAsync(0).AsTask().WaitAsync(Patience);
        }
        var signature = await store.AskAsync("SELECT signature FROM cores WHERE length = 1");
        ReadOnlyMemory<byte> said;
        await using (var moved = await App.StartOnAsync(store, clock, ("Jlinx:Port", port)))
        {
            Assert.Equal(1, await store.CountAsync("cores", "length = 1")); // nobody is heard yet
            await reader.FollowAsync(moved);
            said = await did.GetAsync(1).AsTask().WaitAsync(Patience);
            var document = await Did.ReadAsync(did);
            Assert.Contains(document!.Services, service => service.Type == ServiceType.Tcp);
            await Eventually.TrueAsync(async () =>
                (await moved.GetAsync("/.well-known/did.json")).Body.Contains($":{port}", StringComparison.Ordinal));
        }

        await SetBackAsync(store, (byte[])signature!);
        clock.Advance(TimeSpan.FromDays(1));
        await using var restored = await App.StartOnAsync(store, clock, ("Jlinx:Port", port));
        await using var newcomer = new Reader();
        var again = await newcomer.FollowAsync(restored);
        Assert.Equal(said.ToArray(), (await again.GetAsync(1).AsTask().WaitAsync(Patience)).ToArray());

        await reader.FollowAsync(restored);
        await Eventually.TrueAsync(() => Task.FromResult(reader.IsHeard));
        Assert.False(did.IsFrozen);
        Assert.Equal(0, await store.CountAsync("cores", "frozen = 1"));
    }

    [Fact]
    [Meets("GH-SEC-315")]
    public async Task After_a_restore_what_was_said_is_fetched_from_who_has_heard_it()
    {
        await using var store = await Store.CreateAsync(kind);
        var clock = new FakeClock();
        await using var reader = new Reader();
        Core did;
        await using (var app = await App.StartOnAsync(store, clock))
        {
            did = await reader.FollowAsync(app);
            await did.GetAsync(0).AsTask().WaitAsync(Patience);
        }
        var signature = await store.AskAsync("SELECT signature FROM cores WHERE length = 1");
        await using (var moved = await App.StartOnAsync(store, clock, ("Jlinx:Port", FreePort())))
        {
            await reader.FollowAsync(moved);
            await did.GetAsync(1).AsTask().WaitAsync(Patience);
        }
        await SetBackAsync(store, (byte[])signature!);

        await using var elsewhere = await App.StartOnAsync(store, clock, ("Jlinx:Port", FreePort()));
        Assert.Equal(1, await store.CountAsync("cores", "length = 1"));
        await reader.FollowAsync(elsewhere);

        await did.GetAsync(2).AsTask().WaitAsync(Patience); // after what it had lost, not in its place
        Assert.False(did.IsFrozen);
        Assert.Equal(3, await store.CountAsync("core_blocks"));
    }

    private async Task SetBackAsync(Store store, byte[] signature)
    {
        var literal = kind == StoreKind.Sqlite
            ? $"X'{Convert.ToHexString(signature)}'"
            : $"'\\x{Convert.ToHexString(signature)}'::bytea";
        await store.AskAsync("DELETE FROM core_blocks WHERE idx > 0");
        await store.AskAsync("DELETE FROM core_nodes WHERE idx > 0");
        await store.AskAsync($"UPDATE cores SET length = 1, signature = {literal}");
    }

    private static string FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A program that keeps a copy of the Did, wherever it is served.</summary>
    private sealed class Reader : IAsyncDisposable
    {
        private readonly KeyPair noise = KeyPair.Generate();
        private readonly MemoryCoreStore store = new();
        private Core? did;
        private Replicator? replicator;
        private Dialler? dialler;

        public bool IsHeard => replicator!.PeersOf(did!) > 0;

        public async Task<Core> FollowAsync(App app)
        {
            await LeaveAsync();
            var name = (await app.GetAsync("/.well-known/jlinx.json")).Text("did")!;
            Assert.True(DocumentId.TryParse(name["did:".Length..], out var id), name);
            did ??= await Core.OpenAsync(store, id.Key);
            replicator = new Replicator(noise);
            replicator.Add(did);
            dialler = Dialler.WebSocket(replicator, new UriBuilder(app.Address) { Scheme = "ws", Path = "/jlinx/replicate" }.Uri);
            return did;
        }

        public async ValueTask DisposeAsync()
        {
            await LeaveAsync();
            noise.Dispose();
        }

        private async Task LeaveAsync()
        {
            if (dialler is not null)
                await dialler.DisposeAsync();
            if (replicator is not null)
                await replicator.DisposeAsync();
            (dialler, replicator) = (null, null);
        }
    }
}

public sealed class OwnDidOnSqlite() : OwnDidTests(StoreKind.Sqlite);

public sealed class OwnDidOnPostgres() : OwnDidTests(StoreKind.Postgres);
