namespace Gatehouse.Storage;

/// <summary>
/// Work that one node does at a time: whoever gets the row before it expires. And who is there: each running node holds
/// one lease of its own, <c>node/ID</c>.
/// </summary>
internal static class Leases
{
    private const string Take = """
        INSERT INTO leases (name, holder, expires_at) VALUES (@name, @holder, @expiresAt)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
        WHERE leases.expires_at <= @now OR leases.holder = excluded.holder
        """;

    private const string ForgetDead = "DELETE FROM leases WHERE name LIKE 'node/%' AND expires_at <= @now";

    private const string GiveBack = "DELETE FROM leases WHERE name = @name AND holder = @holder";

    private const string CountAlive = "SELECT count(*) FROM leases WHERE name LIKE 'node/%' AND expires_at > @now";

    public static async Task<bool> TryTakeAsync(Db db, string name, string holder, long now, TimeSpan length) =>
        await db.ExecuteAsync(Take, new { name, holder, now, expiresAt = now + UnixMicros.Of(length) }) == 1;

    /// <summary>The node is alive from now on for this long, and those that have died are forgotten.</summary>
    public static async Task BeatAsync(Db db, string node, long now, TimeSpan length)
    {
        await TryTakeAsync(db, NameOf(node), node, now, length);
        await db.ExecuteAsync(ForgetDead, new { now });
    }

    /// <summary>The node says good-bye.</summary>
    public static Task EndAsync(Db db, string node) =>
        db.ExecuteAsync(GiveBack, new { name = NameOf(node), holder = node });

    /// <summary>How many nodes are running, or died within the last seconds.</summary>
    public static Task<long> CountNodesAsync(Db db, long now) => db.ScalarAsync<long>(CountAlive, new { now });

    private static string NameOf(string node) => $"node/{node}";
}
