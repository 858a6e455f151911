using Gatehouse.Storage;

namespace Gatehouse.Http;

/// <summary>
/// The table of what limits count. A row is locked before it is read, so whoever counts under the same budget at the
/// same time, on whichever node, comes after and sees what was counted.
/// </summary>
internal static class LimitRows
{
    // Writing what is there already is the lock, in words that both databases understand.
    private const string Lock = """
        INSERT INTO limits (key, state, expires_at) VALUES (@key, @nothing, @now)
        ON CONFLICT (key) DO UPDATE SET key = excluded.key
        RETURNING state
        """;

    private const string Select = "SELECT state FROM limits WHERE key = @key";

    private const string Update = "UPDATE limits SET state = @state, expires_at = @expiresAt WHERE key = @key";

    private const string Delete = """
        DELETE FROM limits WHERE key IN (SELECT key FROM limits WHERE expires_at <= @now LIMIT @most) AND expires_at <= @now
        """;

    /// <summary>Does the work on what was counted under a key, in the caller's transaction.</summary>
    public static async Task<T> ChangeAsync<T>(
        Db db, string key, LimitRule rule, TimeProvider clock, Func<Stamps, long, T> work)
    {
        var locked = new { key, now = clock.NowMicros(), nothing = Array.Empty<byte>() };
        var stamps = Stamps.FromBytes((await db.ScalarAsync<byte[]>(Lock, locked))!);
        var result = work(stamps, clock.NowMicros());
        await db.ExecuteAsync(Update, new { key, state = stamps.ToBytes(), expiresAt = stamps.ExpiresAt(rule) });
        return result;
    }

    public static async Task<Stamps> LookAtAsync(Db db, string key) =>
        await db.ScalarAsync<byte[]>(Select, new { key }) is { } state ? Stamps.FromBytes(state) : new Stamps();

    public static Task<int> PurgeAsync(Db db, long now, int most) => db.ExecuteAsync(Delete, new { now, most });
}
