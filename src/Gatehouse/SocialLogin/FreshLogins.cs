using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;

namespace Gatehouse.SocialLogin;

/// <summary>
/// Fresh logins at a provider that a program may take a grant for: once, in the session and the browser that made them,
/// within minutes, while the account's credentials are what they were.
/// </summary>
internal static class FreshLogins
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2); // fixed: the program asks as soon as it is back

    private const string Upsert = """
        INSERT INTO fresh_logins (session_id, provider, browser, epoch, expires_at)
        VALUES (@sessionId, @provider, @browser, @epoch, @expiresAt)
        ON CONFLICT (session_id, provider) DO UPDATE SET
            browser = excluded.browser, epoch = excluded.epoch, expires_at = excluded.expires_at
        """;

    private const string Consume = """
        DELETE FROM fresh_logins
        WHERE session_id = @sessionId AND provider = @provider AND browser = @browser AND epoch = @epoch AND expires_at > @now
        """;

    private const string DeleteExpired = "DELETE FROM fresh_logins WHERE expires_at <= @now";

    public static Task KeepAsync(Db db, string sessionId, string provider, SecretToken browser, long epoch, long now) =>
        db.ExecuteAsync(Upsert, new
        {
            sessionId,
            provider,
            browser = FlowCookie.HashOf(browser),
            epoch,
            expiresAt = now + UnixMicros.Of(Lifetime),
        });

    public static async Task<bool> TryConsumeAsync(
        Db db, string sessionId, string provider, SecretToken browser, long epoch, long now) =>
        await db.ExecuteAsync(Consume, new { sessionId, provider, browser = FlowCookie.HashOf(browser), epoch, now }) == 1;

    public static Task<int> PurgeAsync(Db db, long now) => db.ExecuteAsync(DeleteExpired, new { now });
}
