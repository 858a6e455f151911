using Gatehouse.Hypercore.Encoding;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

/// <summary>
/// Login links that a customer's program has announced in their document. Promises: good once, and for two minutes from
/// when we read of it; the database knows a hash.
/// </summary>
internal static class LoginLinks
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2); // fixed: the program opens it at once

    private const string Insert = """
        INSERT INTO jlinx_logins (hash, pair_id, event_id, session_id, expires_at) VALUES (@hash, @pairId, @eventId, NULL, @expiresAt)
        ON CONFLICT (hash) DO NOTHING
        """;

    private const string Consume = """
        UPDATE jlinx_logins SET session_id = '' WHERE hash = @hash AND session_id IS NULL AND expires_at > @now
        RETURNING pair_id AS PairId
        """;

    private const string Select = """
        SELECT pair_id AS PairId FROM jlinx_logins WHERE hash = @hash AND session_id IS NULL AND expires_at > @now
        """;

    private const string SetSession = "UPDATE jlinx_logins SET session_id = @sessionId WHERE hash = @hash";

    private const string SelectSession = "SELECT session_id FROM jlinx_logins WHERE pair_id = @pairId AND event_id = @eventId AND session_id <> ''";

    private const string DeleteUnused = "DELETE FROM jlinx_logins WHERE pair_id = @pairId AND event_id = @eventId AND session_id IS NULL";

    private const string DeleteOfPair = "DELETE FROM jlinx_logins WHERE pair_id = @pairId AND session_id IS NULL";

    private const string Purge = """
        DELETE FROM jlinx_logins WHERE hash IN (SELECT hash FROM jlinx_logins WHERE expires_at <= @before LIMIT @most)
        """;

    public static Task AddAsync(Db db, string pairId, string eventId, Bytes32 tokenHash, long now) => db.ExecuteAsync(
        Insert, new { hash = tokenHash.ToArray(), pairId, eventId, expiresAt = now + UnixMicros.Of(Lifetime) });

    public static Task<LoginLink?> FindAsync(Db db, Bytes32 tokenHash, long now) =>
        db.FirstOrNullAsync<LoginLink>(Select, new { hash = tokenHash.ToArray(), now });

    public static Task<LoginLink?> ConsumeAsync(Db db, Bytes32 tokenHash, long now) =>
        db.FirstOrNullAsync<LoginLink>(Consume, new { hash = tokenHash.ToArray(), now });

    public static Task SetSessionAsync(Db db, Bytes32 tokenHash, string sessionId) =>
        db.ExecuteAsync(SetSession, new { hash = tokenHash.ToArray(), sessionId });

    /// <summary>The session that was made of the link whose event it is.</summary>
    public static Task<string?> FindSessionAsync(Db db, string pairId, string eventId) =>
        db.ScalarAsync<string>(SelectSession, new { pairId, eventId });

    /// <summary>Takes a link back that nobody has opened.</summary>
    public static Task WithdrawAsync(Db db, string pairId, string eventId) => db.ExecuteAsync(DeleteUnused, new { pairId, eventId });

    public static Task DropAsync(Db db, string pairId) => db.ExecuteAsync(DeleteOfPair, new { pairId });

    public static Task<int> PurgeAsync(Db db, long before, int most) => db.ExecuteAsync(Purge, new { before, most });
}

internal sealed record LoginLink
{
    public required string PairId { get; init; }
}
