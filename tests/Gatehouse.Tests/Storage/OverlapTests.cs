using System.Text.RegularExpressions;
using Gatehouse.Tests.Support;
using Npgsql;

namespace Gatehouse.Tests.Storage;

/// <summary>An older node runs on while a newer program has migrated the database, and a migration is done whole or not.</summary>
public sealed partial class OverlapTests : IDisposable
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-overlap-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>By its text: what an older node reads and writes is there after it as before.</summary>
    [Fact]
    [Meets("GH-SEC-308")]
    public void Every_migration_after_the_first_only_adds()
    {
        foreach (var (name, sql) in Migrations().Skip(1))
        {
            foreach (var statement in Comment().Replace(sql, "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.True(Additive().IsMatch(Spaces().Replace(statement, " ")), $"{name}: {statement}");
                Assert.True(OnOwnTable(sql, statement), $"{name}: only of a table that it makes itself: {statement}");
            }
        }
    }

    [Theory]
    [InlineData(true, "ALTER TABLE accounts ADD COLUMN a text")]
    [InlineData(true, "ALTER TABLE accounts ADD COLUMN a bigint NOT NULL DEFAULT 0")]
    [InlineData(false, "ALTER TABLE accounts ADD COLUMN a bigint NOT NULL")]
    [InlineData(false, "ALTER TABLE accounts RENAME COLUMN a TO b")]
    [InlineData(false, "ALTER TABLE accounts DROP COLUMN a")]
    [InlineData(false, "DROP INDEX accounts_pending_age")]
    [InlineData(false, "UPDATE accounts SET epoch = 0")]
    public void What_adds_is_told_from_what_changes(bool adds, string statement) => Assert.Equal(adds, Additive().IsMatch(statement));

    [Theory]
    [Meets("GH-SEC-308")]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_node_goes_on_where_a_newer_program_has_migrated(StoreKind kind)
    {
        await using var app = await App.StartAsync(kind);
        var alice = await app.JoinAsync();

        await app.Store.AskAsync("ALTER TABLE accounts ADD COLUMN later text");
        await app.Store.AskAsync("ALTER TABLE sessions ADD COLUMN later bigint NOT NULL DEFAULT 0");
        await app.Store.AskAsync("CREATE TABLE later (id text PRIMARY KEY, account_id text REFERENCES accounts (id) ON DELETE CASCADE)");
        await app.Store.AskAsync("INSERT INTO later (id, account_id) SELECT 'x', id FROM accounts");
        await app.Store.AskAsync("INSERT INTO schema_migrations (version, name, digest, applied_at) VALUES (9999, '9999_later', 'x', 1)");

        await AssertServesAsync(app, alice, "bob@example.com");
        await using var restarted = await App.StartOnAsync(app.Store, app.Clock);
        await AssertServesAsync(restarted, alice, "carol@example.com");
        Assert.Equal(1, await app.Store.CountAsync("later"));
    }

    [Fact]
    [Meets("GH-SEC-308")]
    public async Task A_migration_that_is_killed_leaves_nothing_and_the_next_start_completes_it()
    {
        await using var store = await Store.CreateAsync(StoreKind.Postgres);
        await store.AskAsync("CREATE TABLE schema_migrations "
            + "(version bigint PRIMARY KEY, name text NOT NULL, digest text NOT NULL, applied_at bigint NOT NULL)");
        string[] settings = [$"Database={store.ConnectionString}", $"Secrets:Key={Key}"];
        await using (var connection = new NpgsqlConnection(store.ConnectionString + ";Pooling=false"))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            // It can be read but not written: the first step is carried out and waits to be noted.
            await using (var holdUp = new NpgsqlCommand("LOCK TABLE schema_migrations IN SHARE MODE", connection, transaction))
                await holdUp.ExecuteNonQueryAsync();
            await using var killed = ServerProcess.Start(folder, ServerProcess.FreePort(), "Development", settings);
            await WaitAsync(async () => await store.CountAsync(
                "pg_locks WHERE NOT granted AND relation = 'schema_migrations'::regclass") == 1);
            await killed.KillAsync();
        }
        await WaitAsync(async () => await store.CountAsync(
            "pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse'") == 0);

        Assert.Equal(0, await store.CountAsync("schema_migrations"));
        Assert.Equal(0, await store.CountAsync("pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations'"));
        await using var next = await ServerProcess.StartReadyAsync(folder, ServerProcess.FreePort(), "Development", settings);
        Assert.Equal("ready", (await next.GetAsync("/readyz")).Text("status"));
        Assert.Equal(Migrations().Count(), await store.CountAsync("schema_migrations"));
    }

    private static async Task AssertServesAsync(App app, Person alice, string newcomer)
    {
        (await app.GetAsync("/readyz")).IsOk();
        (await app.GetAsync("/api/auth/session", alice.CookieHeader)).IsOk();
        var person = await app.JoinAsync(newcomer);
        (await app.GetAsync("/account", App.Bearer(await person.TakeTokenAsync()))).IsOk();
        var grant = await person.OpenAsync();
        (await person.SendAsync(HttpMethod.Delete, "/api/auth/account", App.Json(("password", App.Password)), grant)).IsOk();
        (await (await (alice with { App = app }).LogInAsync()).PostAsync("/api/auth/logout", null)).IsOk();
    }

    private static IEnumerable<(string Name, string Sql)> Migrations()
    {
        var assembly = typeof(GatehouseApplication).Assembly;
        foreach (var name in assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, reader.ReadToEnd());
        }
    }

    /// <summary>A unique index on an older table would refuse what an older node writes; rows in it would surprise one.</summary>
    private static bool OnOwnTable(string sql, string statement) =>
        OwnOnly().Match(statement) is not { Success: true } restricted
        || sql.Contains($"CREATE TABLE {restricted.Groups["table"].Value} ", StringComparison.Ordinal);

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        for (var tries = 0; tries < 1500; tries++)
        {
            if (await condition())
                return;
            await Task.Delay(20);
        }
        throw new TimeoutException("It never came to that.");
    }

    [GeneratedRegex("--[^\n]*", RegexOptions.NonBacktracking)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();

    [GeneratedRegex(
        @"^(INSERT INTO \w+ \(|CREATE TABLE \w+ \(|CREATE (UNIQUE )?INDEX \w+ ON \w+ \(|ALTER TABLE \w+ ADD COLUMN \w+ \w+( NOT NULL DEFAULT [\w'.-]+| DEFAULT [\w'.-]+)?$)",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Additive();

    [GeneratedRegex(@"^(CREATE UNIQUE INDEX \w+ ON|INSERT INTO) (?<table>\w+) ", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnOnly();
}
