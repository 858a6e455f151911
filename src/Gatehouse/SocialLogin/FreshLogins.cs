using Gatehouse.Storage;

namespace Gatehouse.SocialLogin;

/// <summary>
/// Fresh logins at a provider that a grant may be taken for: once, by the session that made them, within minutes. For API
/// clients; the settings page gets its grant as the browser comes back.
/// </summary>
internal static class FreshLogins
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2); // fixed: the client asks as soon as it is back

    private const string Upsert = """
        INSERT INTO fresh_logins (session_id, provider, expires_at) VALUES (@sessionId, @provider, @expiresAt)
        ON CONFLICT (session_id, provider) DO UPDATE SET expires_at = excluded.expires_at
        """;

    private const string Consume =
        "DELETE FROM fresh_logins WHERE session_id = @sessionId AND provider = @provider AND expires_at > @now";

    private const string DeleteExpired = "DELETE FROM fresh_logins WHERE expires_at <= @now";

    public static Task KeepAsync(Db db, string sessionId, string provider, long now) =>
        db.ExecuteAsync(Upsert, new { sessionId, provider, expiresAt = now + UnixMicros.Of(Lifetime) });

    public static async Task<bool> TryConsumeAsync(Db db, string sessionId, string provider, long now) =>
        await db.ExecuteAsync(Consume, new { sessionId, provider, now }) == 1;

    public static Task<int> PurgeAsync(Db db, long now) => db.ExecuteAsync(DeleteExpired, new { now });
}
