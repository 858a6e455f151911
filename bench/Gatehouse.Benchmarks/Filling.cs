using System.Reflection;
using Gatehouse.Accounts;
using Gatehouse.Sessions;
using Gatehouse.Storage;

namespace Gatehouse.Benchmarks;

/// <summary>Fills a database with accounts and sessions by plain SQL, and shows how the hot statements find their rows in it.</summary>
internal static class Filling
{
    private const int Batch = 50_000;

    private const string Accounts = """
        INSERT INTO accounts (id, email, email_key, config, epoch, created_at, verified_at)
        SELECT 'filler-' || CAST(n AS text), 'filler' || CAST(n AS text) || '@example.com',
            'filler' || CAST(n AS text) || '@example.com', '{}', 0, n, n
        FROM numbers
        """;

    private const string Users = """
        INSERT INTO users (id, account_id, name, preferences, created_at)
        SELECT 'filler-' || CAST(n AS text), 'filler-' || CAST(n AS text), 'Filler', '{}', n FROM numbers
        """;

    private const string Numbers = """
        CREATE TABLE numbers AS
        WITH RECURSIVE s (n) AS (SELECT CAST(@from AS bigint) UNION ALL SELECT n + 1 FROM s WHERE n + 1 < @to) SELECT n FROM s
        """;

    /// <summary>Adds the accounts from one number up to another, each with a user and a session.</summary>
    public static async Task RunAsync(string connectionString, long from, long to, CancellationToken cancellationToken)
    {
        await using var database = Database.Open(connectionString);
        var randomHash = database.Kind == "sqlite" ? "randomblob(32)" : "sha256(convert_to('filler' || CAST(n AS text), 'UTF8'))";
        var now = TimeProvider.System.NowMicros();
        var sessions = $"""
            INSERT INTO sessions (id, token_hash, account_id, user_id, epoch, via, created_at, last_seen_at, expires_at)
            SELECT 'filler-' || CAST(n AS text), {randomHash}, 'filler-' || CAST(n AS text), 'filler-' || CAST(n AS text), 0, 'cookie',
                @now, @now, @now + 1000000000000
            FROM numbers
            """;
        for (var at = from; at < to; at += Batch)
        {
            var end = Math.Min(at + Batch, to);
            await database.TransactAloneAsync(async db =>
            {
                await db.ExecuteAsync(Numbers, new { from = at, to = end });
                foreach (var sql in (string[])[Accounts, Users, sessions])
                    await db.ExecuteAsync(sql, new { now });
                return await db.ExecuteAsync("DROP TABLE numbers");
            }, cancellationToken);
        }
        await database.TransactAloneAsync(db => db.ExecuteAsync("ANALYZE;"), cancellationToken);
    }

    /// <summary>Prints the database's plans for a session check and for a login.</summary>
    public static async Task ExplainAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = Database.Open(connectionString);
        var values = new
        {
            now = TimeProvider.System.NowMicros(), idleSince = 0L, tokenHash = new byte[32], emailKey = "filler1@example.com",
            usernameKey = (string?)null,
        };
        foreach (var (room, name) in ((Type, string)[])[(typeof(SessionRows), "SelectByToken"), (typeof(AccountStore), "SelectForLogIn")])
        {
            var sql = (string)room.GetField(name, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
            var lines = await database.ReadAsync(async db => database.Kind == "sqlite"
                ? (await db.ListAsync<Step>("EXPLAIN QUERY PLAN " + sql, values)).Select(step => step.Detail)
                : await db.ListAsync<string>("EXPLAIN " + sql, values), cancellationToken);
            foreach (var line in lines)
                Console.WriteLine(line.Trim());
        }
    }

    private sealed record Step(long Id, long Parent, long NotUsed, string Detail);
}
