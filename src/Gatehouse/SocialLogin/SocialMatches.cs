using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;

namespace Gatehouse.SocialLogin;

/// <summary>
/// Identities whose address belongs to an account already, waiting for its password: bound to the browser that came with
/// them, for ten minutes, used once. A browser has one of each provider; a newer one takes its place.
/// </summary>
internal static class SocialMatches
{
    private const string Upsert = """
        INSERT INTO social_matches (browser, provider, subject, name, account_id, email_key, session_id, return_to, expires_at)
        VALUES (@Browser, @Provider, @Subject, @Name, @AccountId, @EmailKey, @SessionId, @ReturnTo, @expiresAt)
        ON CONFLICT (browser, provider) DO UPDATE SET subject = excluded.subject, name = excluded.name,
            account_id = excluded.account_id, email_key = excluded.email_key, session_id = excluded.session_id,
            return_to = excluded.return_to, expires_at = excluded.expires_at
        """;

    private const string Columns = """
        provider AS Provider, subject AS Subject, name AS Name, account_id AS AccountId, email_key AS EmailKey,
        session_id AS SessionId, return_to AS ReturnTo
        """;

    private const string Select = $"""
        SELECT {Columns} FROM social_matches WHERE browser = @browser AND provider = @provider AND expires_at > @now
        """;

    // The subject too: what is used is what was looked at, not what took its place since.
    private const string Consume = """
        DELETE FROM social_matches
        WHERE browser = @browser AND provider = @Provider AND subject = @Subject AND account_id = @AccountId AND expires_at > @now
        """;

    private const string DeleteExpired = "DELETE FROM social_matches WHERE expires_at <= @now";

    public static Task KeepAsync(Db db, SecretToken browser, SocialMatch match, long now) => db.ExecuteAsync(Upsert, new
    {
        Browser = FlowCookie.HashOf(browser),
        match.Provider,
        match.Subject,
        match.Name,
        match.AccountId,
        match.EmailKey,
        match.SessionId,
        match.ReturnTo,
        expiresAt = now + UnixMicros.Of(FlowCookie.Lifetime),
    });

    public static Task<SocialMatch?> FindAsync(Db db, SecretToken browser, string provider, long now) =>
        db.FirstOrNullAsync<SocialMatch>(Select, new { browser = FlowCookie.HashOf(browser), provider, now });

    /// <summary>False when it was used or replaced since; then nothing else may happen.</summary>
    public static async Task<bool> TryConsumeAsync(Db db, SecretToken browser, SocialMatch match, long now) =>
        await db.ExecuteAsync(Consume, new
        {
            browser = FlowCookie.HashOf(browser),
            match.Provider,
            match.Subject,
            match.AccountId,
            now,
        }) == 1;

    public static Task<int> PurgeAsync(Db db, long now) => db.ExecuteAsync(DeleteExpired, new { now });
}

internal sealed record SocialMatch
{
    public required string Provider { get; init; }

    public required string Subject { get; init; }

    public required string? Name { get; init; }

    public required string AccountId { get; init; }

    /// <summary>The address that both have.</summary>
    public required string EmailKey { get; init; }

    public required string? SessionId { get; init; }

    public required string ReturnTo { get; init; }
}
