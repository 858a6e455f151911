using Gatehouse.Storage;

namespace Gatehouse.Accounts;

/// <summary>
/// Usernames in flight: a sign-up holds its username for its address until its link expires. Of two sign-ups at once
/// one wins, by the primary key; a store that can't answer is an error, never a false "free".
/// </summary>
internal static class UsernameHolds
{
    private const string Hold = """
        INSERT INTO username_holds (username_key, email_key, expires_at)
        SELECT @usernameKey, @emailKey, @expiresAt
        WHERE NOT EXISTS (
            SELECT 1 FROM accounts WHERE username_key = @usernameKey AND verified_at IS NOT NULL
                AND (email_key IS NULL OR email_key <> @emailKey))
        ON CONFLICT (username_key) DO UPDATE SET email_key = excluded.email_key, expires_at = excluded.expires_at
        WHERE username_holds.email_key = excluded.email_key OR username_holds.expires_at <= @now
        """;

    private const string CountOwners = """
        SELECT (SELECT count(*) FROM accounts WHERE username_key = @usernameKey AND verified_at IS NOT NULL)
            + (SELECT count(*) FROM username_holds WHERE username_key = @usernameKey AND expires_at > @now)
        """;

    private const string Purge = "DELETE FROM username_holds WHERE expires_at <= @now";

    /// <summary>False when a verified account or another address's sign-up has the name.</summary>
    public static async Task<bool> TryHoldAsync(Db db, string usernameKey, string emailKey, long now, long expiresAt) =>
        await db.ExecuteAsync(Hold, new { usernameKey, emailKey, now, expiresAt }) == 1;

    public static async Task<bool> IsFreeAsync(Db db, string usernameKey, long now) =>
        await db.ScalarAsync<long>(CountOwners, new { usernameKey, now }) == 0;

    public static Task<int> PurgeAsync(Db db, long now) => db.ExecuteAsync(Purge, new { now });
}
