namespace Gatehouse.Storage;

/// <summary>Work that one node does at a time: whoever gets the row before it expires.</summary>
internal static class Leases
{
    private const string Take = """
        INSERT INTO leases (name, holder, expires_at) VALUES (@name, @holder, @expiresAt)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
        WHERE leases.expires_at <= @now OR leases.holder = excluded.holder
        """;

    public static async Task<bool> TryTakeAsync(Db db, string name, string holder, long now, TimeSpan length) =>
        await db.ExecuteAsync(Take, new { name, holder, now, expiresAt = now + UnixMicros.Of(length) }) == 1;
}
