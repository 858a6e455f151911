using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Hosting;

public sealed class StartupOnSqlite() : StartupTests(StoreKind.Sqlite);

public sealed class StartupOnPostgres() : StartupTests(StoreKind.Postgres);

/// <summary>Several nodes, one empty store, one moment.</summary>
public abstract class StartupTests(StoreKind kind)
{
    [Fact]
    public async Task Two_nodes_that_start_at_once_share_what_is_made_once()
    {
        for (var round = 0; round < 3; round++)
        {
            await using var store = await Store.CreateAsync(kind);
            var clock = new FakeClock();
            var nodes = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => App.StartOnAsync(store, clock))));

            Assert.Equal(
                typeof(GatehouseApplication).Assembly.GetManifestResourceNames().Count(name => name.EndsWith(".sql", StringComparison.Ordinal)),
                await store.CountAsync("schema_migrations"));
            Assert.Equal(1, await store.CountAsync("signing_keys"));
            foreach (var (here, there) in ((App, App)[])[(nodes[0], nodes[1]), (nodes[1], nodes[0])])
            {
                var person = await here.JoinAsync($"{nodes.AsSpan().IndexOf(here)}@example.com");
                (await there.GetAsync("/api/auth/session", person.CookieHeader)).IsOk();
                (await there.GetAsync("/account", ("Authorization", "Bearer " + await person.TakeTokenAsync()))).IsOk();
            }
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }
}
