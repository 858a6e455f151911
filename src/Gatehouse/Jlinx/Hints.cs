using Gatehouse.Hypercore.Keys;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

/// <summary>
/// AppAccounts that somebody named: to be looked at, when a peer has them. Promises: it is no credential, and nothing
/// follows from it; how many are looked at is bounded (GH-SEC-324, 334).
/// </summary>
internal static class Hints
{
    /// <summary>As long as an offer lives.</summary>
    public static readonly TimeSpan Lifetime = Tickets.SignUpLifetime;

    /// <summary>More at a time are somebody trying something.</summary>
    private const int MostAtATime = 1000;

    private const string Upsert = """
        INSERT INTO jlinx_hints (app_account, pair_id, created_at, expires_at)
        SELECT @key, @pairId, @now, @expiresAt
        WHERE @pairId IS NOT NULL OR (SELECT count(*) FROM jlinx_hints WHERE expires_at > @now) < @most
        ON CONFLICT (app_account) DO UPDATE SET
            pair_id = COALESCE(excluded.pair_id, jlinx_hints.pair_id), created_at = excluded.created_at, expires_at = excluded.expires_at
        """;

    private const string SelectNew = """
        SELECT app_account AS AppAccount, pair_id AS PairId, created_at AS CreatedAt FROM jlinx_hints WHERE created_at > @since AND expires_at > @now
        """;

    // Named by the offer's own browser, it needs no secret.
    private const string SelectPair = "SELECT pair_id FROM jlinx_hints WHERE app_account = @key AND expires_at > @now";

    private const string Delete = "DELETE FROM jlinx_hints WHERE expires_at <= @now";

    /// <summary>False when too many are being looked at.</summary>
    public static async Task<bool> TryAddAsync(Db db, CoreKey appAccount, string? pairId, long now) => await db.ExecuteAsync(Upsert, new
    {
        key = appAccount.Bytes.ToArray(),
        pairId,
        now,
        expiresAt = now + UnixMicros.Of(Lifetime),
        most = (long)MostAtATime,
    }) == 1;

    public static Task<IReadOnlyList<HintRow>> ListNewAsync(Db db, long since, long now) =>
        db.ListAsync<HintRow>(SelectNew, new { since, now });

    /// <summary>The offer whose own browser named this AppAccount; null when none has.</summary>
    public static Task<string?> FindPairAsync(Db db, CoreKey appAccount, long now) =>
        db.ScalarAsync<string>(SelectPair, new { key = appAccount.Bytes.ToArray(), now });

    public static Task<int> PurgeAsync(Db db, long now) => db.ExecuteAsync(Delete, new { now });
}

internal sealed class HintRow
{
    public required byte[] AppAccount { get; init; }

    public string? PairId { get; init; }

    public long CreatedAt { get; init; }
}
