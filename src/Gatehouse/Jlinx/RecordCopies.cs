using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

/// <summary>What of an account's record is still to be copied for its owner.</summary>
internal static class RecordCopies
{
    private static readonly TimeSpan Siege = TimeSpan.FromDays(1);

    private const string SelectTouched =
        "SELECT DISTINCT account_id FROM security_events WHERE at > @since AND at <= @until";

    // A document has an end, and strangers must not bring it near: of wrong passwords is told that a siege began.
    private const string SelectOfPair = """
        SELECT id AS Id, type AS Type, at AS At, user_agent AS UserAgent, detail AS Detail FROM security_events e
        WHERE account_id = @accountId AND id > @after AND at <= @until AND (type <> 'log_in_failed' OR (detail = 'blocked' AND NOT EXISTS (
            SELECT 1 FROM security_events o
            WHERE o.account_id = e.account_id AND o.type = e.type AND o.detail = e.detail AND o.id < e.id AND o.at > e.at - @siege)))
        ORDER BY id LIMIT @most
        """;

    /// <summary>The accounts that something happened to.</summary>
    public static Task<IReadOnlyList<string>> ListTouchedAsync(Db db, long since, long until) =>
        db.ListAsync<string>(SelectTouched, new { since, until });

    public static Task<IReadOnlyList<CopiedEvent>> ListAsync(Db db, string accountId, string after, long until, int most) =>
        db.ListAsync<CopiedEvent>(SelectOfPair, new { accountId, after, until, most, siege = UnixMicros.Of(Siege) });
}

internal sealed class CopiedEvent
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public long At { get; init; }

    public string? UserAgent { get; init; }

    public required string Detail { get; init; }
}
