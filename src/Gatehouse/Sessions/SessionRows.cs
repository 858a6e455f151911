using Gatehouse.Accounts;
using Gatehouse.Storage;

namespace Gatehouse.Sessions;

/// <summary>
/// The statements on <c>sessions</c>. SQL is the truth: a row that these return is a live session of a verified account
/// in its current epoch, with a user of that account or none.
/// </summary>
internal static class SessionRows
{
    /// <summary>Live sessions per account; the one idle longest goes. More devices than a family has are a leak.</summary>
    private const int MostPerAccount = 50;

    private const string SelectLive = """
        SELECT s.id AS Id, s.token_hash AS TokenHash, s.tokens_from AS TokensFrom, s.account_id AS AccountId, u.id AS UserId,
            a.email AS Email, a.username AS Username, u.name AS ProfileName, u.preferences AS Preferences, s.via AS Via,
            s.created_at AS CreatedAt, s.last_seen_at AS LastSeenAt, s.expires_at AS ExpiresAt,
            g.generation AS Generation, g.line AS Line
        FROM session_generation g CROSS JOIN sessions s
        JOIN accounts a ON a.id = s.account_id AND a.epoch = s.epoch AND a.verified_at IS NOT NULL
        LEFT JOIN users u ON u.id = s.user_id AND u.account_id = s.account_id
        WHERE s.expires_at > @now AND s.last_seen_at > @idleSince
        """;

    private const string SelectByToken = SelectLive + " AND s.token_hash = @tokenHash";

    private const string SelectById = SelectLive + " AND s.id = @id";

    // The account's row is asked again as it is written: a login that checked a password which was changed meanwhile,
    // or an account deleted meanwhile, gets no session (GH-SEC-269).
    private const string Insert = """
        INSERT INTO sessions (id, token_hash, account_id, user_id, epoch, via, identity_id, ip, user_agent, created_at, last_seen_at, expires_at)
        SELECT @Id, @TokenHash, a.id, @UserId, a.epoch, @Via, @IdentityId, @Ip, @UserAgent, @Now, @Now, @ExpiresAt
        FROM accounts a
        WHERE a.id = @AccountId AND a.verified_at IS NOT NULL AND a.epoch = @Epoch
        """;

    private const string DeleteOverflow = """
        DELETE FROM sessions WHERE account_id = @AccountId AND id IN (
            SELECT id FROM sessions WHERE account_id = @AccountId AND id <> @Id
            ORDER BY last_seen_at DESC, id DESC LIMIT 100 OFFSET @MostOthers)
        RETURNING id
        """;

    private const string SelectUser = """
        UPDATE sessions SET user_id = @userId
        WHERE id = @id AND expires_at > @now
            AND (@userId IS NULL OR EXISTS (SELECT 1 FROM users u WHERE u.id = @userId AND u.account_id = sessions.account_id))
        """;

    private const string DeleteById = "DELETE FROM sessions WHERE id = @id";

    private const string DeleteByToken = "DELETE FROM sessions WHERE token_hash = @tokenHash RETURNING id";

    private const string DeleteOfAccount = """
        DELETE FROM sessions WHERE account_id = @accountId AND (@exceptId IS NULL OR id <> @exceptId)
        """;

    // The epoch ends even a session whose row a restored backup brings back; the one that stays moves along.
    private const string RaiseEpoch = "UPDATE accounts SET epoch = epoch + 1 WHERE id = @accountId";

    private const string MoveAlong = """
        UPDATE sessions SET epoch = (SELECT a.epoch FROM accounts a WHERE a.id = @accountId)
        WHERE account_id = @accountId AND id = @exceptId
        """;

    // An UPDATE, so that whoever ends the session at the same time waits, or it is found ended.
    private const string Lock = "UPDATE sessions SET epoch = epoch WHERE id = @id";

    private const string ReplaceToken =
        "UPDATE sessions SET token_hash = @tokenHash, tokens_from = @tokensFrom WHERE id = @id";

    private const string DeleteOwn = "DELETE FROM sessions WHERE id = @id AND account_id = @accountId";

    private const string DeleteOfIdentity =
        "DELETE FROM sessions WHERE account_id = @accountId AND identity_id = @identityId AND id <> @exceptId RETURNING id";

    private const string SelectListing = """
        SELECT s.id AS Id, s.created_at AS CreatedAt, s.last_seen_at AS LastSeenAt, s.expires_at AS ExpiresAt, s.ip AS Ip,
            s.user_agent AS UserAgent, s.via AS Via
        FROM sessions s JOIN accounts a ON a.id = s.account_id AND a.epoch = s.epoch
        WHERE s.account_id = @accountId AND s.expires_at > @now AND s.last_seen_at > @idleSince
        ORDER BY s.last_seen_at DESC, s.id DESC
        """;

    private const string Touch = "UPDATE sessions SET last_seen_at = @at WHERE id = @id AND last_seen_at < @at";

    private const string DeleteEnded = """
        DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE expires_at <= @now LIMIT @most)
        """;

    public static Task<Session?> FindByTokenAsync(Db db, byte[] tokenHash, long now, long idleSince) =>
        db.FirstOrNullAsync<Session>(SelectByToken, new { tokenHash, now, idleSince });

    public static Task<Session?> FindByIdAsync(Db db, string id, long now, long idleSince) =>
        db.FirstOrNullAsync<Session>(SelectById, new { id, now, idleSince });

    public static async Task<bool> TryAddAsync(Db db, NewSession session)
    {
        if (await db.ExecuteAsync(Insert, session) == 0)
            return false;
        var overflow = new { session.AccountId, session.Id, MostOthers = MostPerAccount - 1 };
        foreach (var ended in await db.ListAsync<string>(DeleteOverflow, overflow))
            SessionChanges.Record(db, ended);
        return true;
    }

    /// <summary>False when the session has ended or the user isn't its account's.</summary>
    public static Task<bool> TrySelectUserAsync(Db db, string id, string? userId, long now) =>
        TryChangeAsync(db, id, SelectUser, new { id, userId, now });

    public static Task DeleteAsync(Db db, string id) => TryChangeAsync(db, id, DeleteById, new { id });

    public static async Task DeleteByTokenAsync(Db db, byte[] tokenHash)
    {
        if (await db.ScalarAsync<string>(DeleteByToken, new { tokenHash }) is { } id)
            SessionChanges.Record(db, id);
    }

    /// <summary>The number of sessions that ended.</summary>
    public static async Task<int> DeleteOfAccountAsync(Db db, string accountId, string? exceptId)
    {
        await db.ExecuteAsync(RaiseEpoch, new { accountId });
        var ended = await db.ExecuteAsync(DeleteOfAccount, new { accountId, exceptId });
        SessionChanges.Record(db, accountId);
        if (exceptId is not null)
            await db.ExecuteAsync(MoveAlong, new { accountId, exceptId });
        return ended;
    }

    /// <summary>False when the account has no such session.</summary>
    public static Task<bool> TryDeleteAsync(Db db, string accountId, string id) =>
        TryChangeAsync(db, id, DeleteOwn, new { accountId, id });

    /// <summary>Ends the sessions that an identity made, but the one that asks.</summary>
    public static async Task DeleteOfIdentityAsync(Db db, string accountId, string identityId, string exceptId)
    {
        foreach (var ended in await db.ListAsync<string>(DeleteOfIdentity, new { accountId, identityId, exceptId }))
            SessionChanges.Record(db, ended);
    }

    public static Task<IReadOnlyList<SessionListing>> ListAsync(Db db, string accountId, long now, long idleSince) =>
        db.ListAsync<SessionListing>(SelectListing, new { accountId, now, idleSince });

    /// <summary>False when the session has ended; otherwise it lives until the transaction ends. Its account is locked before.</summary>
    public static async Task<bool> TryLockAsync(Db db, string id) => await db.ExecuteAsync(Lock, new { id }) == 1;

    /// <summary>
    /// Locks account and session. False when the session has ended, or the account is in another epoch than when its
    /// password was checked: it has been changed meanwhile.
    /// </summary>
    public static async Task<bool> TryLockInEpochAsync(Db db, Session session, long epoch) =>
        await AccountStore.LockAsync(db, session.AccountId) == epoch && await TryLockAsync(db, session.Id);

    /// <summary>
    /// The session goes on under another secret: every copy of the old one is dead, and so is what it was traded for,
    /// the access tokens issued before this second.
    /// </summary>
    public static Task ReplaceTokenAsync(Db db, string id, byte[] tokenHash, long now) =>
        TryChangeAsync(db, id, ReplaceToken, new { id, tokenHash, tokensFrom = UnixMicros.ToSeconds(now) });

    public static Task TouchAsync(Db db, string id, long at) => db.ExecuteAsync(Touch, new { id, at });

    /// <summary>Nobody needs to hear of these: who remembers one knows when it ends.</summary>
    public static Task<int> PurgeAsync(Db db, long now, int most) => db.ExecuteAsync(DeleteEnded, new { now, most });

    private static async Task<bool> TryChangeAsync(Db db, string id, string sql, object parameters)
    {
        if (await db.ExecuteAsync(sql, parameters) == 0)
            return false;
        SessionChanges.Record(db, id);
        return true;
    }
}

/// <summary>A session as its owner is shown it: where and when, no secret.</summary>
internal sealed record SessionListing
{
    public required string Id { get; init; }

    public required long CreatedAt { get; init; }

    public required long LastSeenAt { get; init; }

    public required long ExpiresAt { get; init; }

    public required string? Ip { get; init; }

    public required string? UserAgent { get; init; }

    public required string Via { get; init; }
}

/// <param name="Epoch">The account's when its credentials were checked; another one by now means no session.</param>
internal sealed record NewSession(
    string Id, byte[] TokenHash, string AccountId, string? UserId, string Via, string? Ip, string? UserAgent,
    long Now, long ExpiresAt, long Epoch)
{
    /// <summary>What it was made by, where that was no password; the session ends with it.</summary>
    public string? IdentityId { get; init; }
}
