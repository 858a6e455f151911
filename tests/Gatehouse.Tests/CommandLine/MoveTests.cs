using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.CommandLine;

public sealed class MoveTests
{
    private readonly FakeClock clock = new();

    [Theory]
    [InlineData(StoreKind.Sqlite, StoreKind.Postgres)]
    [InlineData(StoreKind.Postgres, StoreKind.Sqlite)]
    public async Task Everything_arrives_and_customers_go_on_as_if_nothing_had_happened(StoreKind fromKind, StoreKind toKind)
    {
        await using var from = await Store.CreateAsync(fromKind);
        await using var to = await MigratedAsync(toKind);
        string cookie, link, token;
        await using (var before = await App.StartOnAsync(from, clock))
        {
            var alice = await before.JoinAsync();
            (cookie, token) = (alice.Cookie, await alice.TakeTokenAsync());
            link = await before.SignUpAsync("bob@example.com");
            var held = Enumerable.Range(0, 401).Select(i => $"('Ä_{i}', 'x', {i})"); // more than two batches
            await from.AskAsync($"INSERT INTO username_holds (username_key, email_key, expires_at) VALUES {string.Join(',', held)}");
        }

        var said = (await MoveAsync(from, to, "--yes", "--json")).Ended(0).Json.GetProperty("tables");

        Assert.Equal(Tables.All.Count, said.GetArrayLength());
        foreach (var table in said.EnumerateArray())
            Assert.Equal(await from.CountAsync(table.GetProperty("name").GetString()!), table.GetProperty("rows").GetInt64());
        await using var after = await App.StartOnAsync(to, clock);
        (await after.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + cookie))).IsOk();
        (await after.GetAsync("/account", App.Bearer(token))).IsOk();
        (await after.LogInAsync("alice@example.com")).IsOk();
        (await after.VerifyAsync(link)).IsOk();
    }

    [Fact]
    public async Task A_target_that_holds_anything_is_not_touched()
    {
        await using var from = await MigratedAsync(StoreKind.Sqlite);
        await using var to = await MigratedAsync(StoreKind.Sqlite);
        await from.AskAsync("INSERT INTO username_holds (username_key, email_key, expires_at) VALUES ('alice', 'x', 1)");
        await to.AskAsync("INSERT INTO invites (id, hash, created_at, expires_at) VALUES ('i', x'00', 1, 1)");

        Assert.Contains("not empty: its table invites", (await MoveAsync(from, to, "--yes")).Ended(2).Error, StringComparison.Ordinal);
        Assert.Contains("not empty", (await MoveAsync(from, from, "--yes")).Ended(2).Error, StringComparison.Ordinal);

        Assert.Equal(0, await to.CountAsync("username_holds"));
    }

    [Fact]
    public async Task Both_sides_need_this_program_s_schema()
    {
        await using var made = await MigratedAsync(StoreKind.Sqlite);
        await using var nothing = await Store.CreateAsync(StoreKind.Sqlite);
        await using var empty = await Store.CreateAsync(StoreKind.Postgres);
        await using var newer = await MigratedAsync(StoreKind.Sqlite);
        await newer.AskAsync("INSERT INTO schema_migrations (version, name, digest, applied_at) VALUES (9999, 'later', 'x', 1)");

        Assert.Contains("--to: there is no database", (await MoveAsync(made, nothing, "--yes")).Ended(2).Error, StringComparison.Ordinal);
        Assert.Contains("--from: there is no database", (await MoveAsync(nothing, made, "--yes")).Ended(2).Error, StringComparison.Ordinal);
        Assert.Contains("--to is not at this program's schema", (await MoveAsync(made, empty, "--yes")).Ended(2).Error, StringComparison.Ordinal);
        Assert.Contains("--from is not at this program's schema", (await MoveAsync(newer, made, "--yes")).Ended(2).Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(nothing.Folder));
    }

    [Fact]
    public async Task It_asks_whether_the_servers_are_stopped()
    {
        await using var from = await MigratedAsync(StoreKind.Sqlite);
        await using var to = await MigratedAsync(StoreKind.Sqlite);
        await from.AskAsync("INSERT INTO username_holds (username_key, email_key, expires_at) VALUES ('alice', 'x', 1)");

        Assert.Contains("Stop the servers", (await MoveAsync(from, to)).Ended(2).Error, StringComparison.Ordinal);
        (await MoveAsync(from, to, "n\n")).Ended(2);
        Assert.Equal(0, await to.CountAsync("username_holds"));
        await from.AskAsync($"INSERT INTO leases (name, holder, expires_at) VALUES ('node/a', 'a', {long.MaxValue})");
        var said = (await MoveAsync(from, to, "y\n")).Ended(0).Out;

        Assert.Contains("A server is running on --from.", said, StringComparison.Ordinal);
        Assert.Contains("username_holds: 1 rows, the same on both sides", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_in_a_connection_string_is_never_repeated()
    {
        foreach (var wrong in (string[])["Host=127.0.0.1;Port=1;Password=canary-7", "Host=;Password=canary-7", "canary-7"])
        {
            var said = await Operator.RunAsync(clock, null, "move", "--from", wrong, "--to", wrong, "--yes");
            Assert.DoesNotContain("canary", said.Ended(2).Out + said.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_difference_of_one_byte_shows_in_the_digest()
    {
        await using var store = await MigratedAsync(StoreKind.Sqlite);
        await store.AskAsync("INSERT INTO username_holds (username_key, email_key, expires_at) VALUES ('a', 'x', 1), ('b', 'y', 2)");
        var table = Tables.All.Single(table => table.Name == "username_holds");
        await using var database = Database.Open(store.ConnectionString);
        var before = await TableCopy.DigestAsync(database, table, default);

        await store.AskAsync("UPDATE username_holds SET email_key = CASE username_key WHEN 'a' THEN 'y' ELSE 'x' END");
        var swapped = await TableCopy.DigestAsync(database, table, default);
        await store.AskAsync("UPDATE username_holds SET email_key = CASE username_key WHEN 'a' THEN 'x' ELSE 'y' END");

        Assert.Equal(2, before.Rows);
        Assert.NotEqual(before, swapped);
        Assert.Equal(before, await TableCopy.DigestAsync(database, table, default));
    }

    private static async Task<Store> MigratedAsync(StoreKind kind)
    {
        var store = await Store.CreateAsync(kind);
        (await new Operator(store.ConnectionString, TimeProvider.System).RunAsync("migrate")).Ended(0);
        return store;
    }

    /// <summary>An option that ends in a new line is what somebody at the terminal types.</summary>
    private Task<Said> MoveAsync(Store from, Store to, params string[] options) => Operator.RunAsync(
        clock, options.FirstOrDefault(option => option.EndsWith('\n')),
        ["move", "--from", from.ConnectionString, "--to", to.ConnectionString, .. options.Where(option => !option.EndsWith('\n'))]);
}
