using Gatehouse.Storage;

namespace Gatehouse.Accounts;

/// <summary>
/// The address an account asked for and has not proved yet: one per account, a newer one replaces it. The mailed link
/// completes the change only while its row is here and names the address that the link was sent to.
/// </summary>
internal static class EmailChanges
{
    private const string Upsert = """
        INSERT INTO email_changes (account_id, email, email_key, session_id, created_at)
        VALUES (@accountId, @Email, @EmailKey, @sessionId, @now)
        ON CONFLICT (account_id) DO UPDATE SET email = excluded.email, email_key = excluded.email_key,
            session_id = excluded.session_id, created_at = excluded.created_at
        """;

    private const string Select = """
        SELECT email AS Email, email_key AS EmailKey, session_id AS SessionId FROM email_changes WHERE account_id = @accountId
        """;

    private const string Delete = "DELETE FROM email_changes WHERE account_id = @accountId";

    public static Task KeepAsync(Db db, string accountId, EmailAddress email, string sessionId, long now) =>
        db.ExecuteAsync(Upsert, new { accountId, Email = email.Address, EmailKey = email.Key, sessionId, now });

    public static Task<EmailChange?> FindAsync(Db db, string accountId) =>
        db.FirstOrNullAsync<EmailChange>(Select, new { accountId });

    /// <summary>Forgets a pending change: its link finds nothing to complete. An undo link of an earlier change stays.</summary>
    public static Task DiscardAsync(Db db, string accountId) => db.ExecuteAsync(Delete, new { accountId });
}

internal sealed record EmailChange
{
    public required string Email { get; init; }

    public required string EmailKey { get; init; }

    /// <summary>Who asked; that session goes on when the change is completed.</summary>
    public required string? SessionId { get; init; }
}
