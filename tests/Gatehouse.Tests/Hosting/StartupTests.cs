using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Hosting;

public sealed class StartupOnSqlite() : StartupTests(StoreKind.Sqlite);

public sealed class StartupOnPostgres() : StartupTests(StoreKind.Postgres);

/// <summary>Several nodes, one empty store, one moment.</summary>
public abstract class StartupTests(StoreKind kind)
{
    [Fact]
    [Meets("GH-SEC-259")]
    public async Task Nobody_has_an_account_before_the_first_sign_up()
    {
        await using var store = await Store.CreateAsync(kind);
        for (var start = 0; start < 2; start++)
        {
            await using var app = await App.StartOnAsync(store, new FakeClock());
            foreach (var table in (string[])["accounts", "users", "sessions", "grants", "invites", "one_time_links"])
                Assert.Equal(0, await store.CountAsync(table));
            foreach (var name in (string[])["admin", "root", "admin@example.com", "admin@localhost"])
                (await app.LogInAsync(name, "admin")).IsProblem(401, "invalid_credentials");
        }
    }

    [Fact]
    [Meets("GH-SEC-078", "GH-SEC-264")]
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
