namespace Gatehouse.Storage;

/// <summary>Work that one node does at a time: whoever gets the row before it expires.</summary>
internal static class Leases
{
    private const string Take = """
        INSERT INTO leases (name, holder, expires_at) VALUES (@name, @holder, @expiresAt)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
        WHERE leases.expires_at <= @now OR leases.holder = excluded.holder
        """;

    private const string CountLive = "SELECT count(*) FROM leases WHERE expires_at > @now";

    private const string CountNodes = "SELECT count(*) FROM leases WHERE name LIKE 'node/%' AND expires_at > @now";

    /// <summary>Whether a server did background work so lately that it may still be running.</summary>
    public static async Task<bool> AnyAsync(Db db, long now) => await db.ScalarAsync<long>(CountLive, new { now }) > 0;

    /// <summary>How many nodes tell of themselves; each holds a lease in its own name while it runs.</summary>
    public static Task<long> CountNodesAsync(Db db, long now) => db.ScalarAsync<long>(CountNodes, new { now });

    public static async Task<bool> TryTakeAsync(Db db, string name, string holder, long now, TimeSpan length) =>
        await db.ExecuteAsync(Take, new { name, holder, now, expiresAt = now + UnixMicros.Of(length) }) == 1;
}
