using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Links;

/// <summary>
/// The one place that makes and consumes mailed secrets. Promises: a link works for one purpose, one account, the
/// address it was mailed to, until it expires, once: of any number of uses at the same time one succeeds, because
/// consuming is one DELETE. Looking at a link never changes it, and comes before every use: there alone wrong tries
/// count, so that wrong passwords sent at once with the right one don't take the link from under it.
/// </summary>
internal static class OneTimeLinks
{
    /// <summary>
    /// Wrong passwords a verification link survives: a guesser who stole the mail gets no more, or, all sent at once,
    /// what the account's login budget leaves.
    /// </summary>
    public const int MostWrongTries = 5;

    private const string Insert = """
        INSERT INTO one_time_links (hash, purpose, account_id, sent_to, restores, wrong_tries, created_at, expires_at)
        VALUES (@Hash, @purpose, @accountId, @sentTo, @restores, 0, @now, @expiresAt)
        """;

    private const string Select = """
        SELECT account_id AS AccountId, sent_to AS SentTo, restores AS Restores, created_at AS CreatedAt FROM one_time_links
        WHERE hash = @Hash AND purpose = @purpose AND expires_at > @now AND wrong_tries < @MostWrongTries
        """;

    private const string Consume = """
        DELETE FROM one_time_links WHERE hash = @Hash AND purpose = @purpose AND expires_at > @now
        RETURNING account_id AS AccountId, sent_to AS SentTo, restores AS Restores, created_at AS CreatedAt
        """;

    private const string CountWrong = """
        UPDATE one_time_links SET wrong_tries = wrong_tries + 1 WHERE hash = @Hash AND purpose = @purpose
        """;

    private const string DeleteOfAccount = "DELETE FROM one_time_links WHERE account_id = @accountId AND purpose = @purpose";

    private const string DeleteNewerOfAccount = """
        DELETE FROM one_time_links WHERE account_id = @accountId AND purpose = @purpose AND created_at >= @since
        """;

    private const string DeleteExpired = "DELETE FROM one_time_links WHERE expires_at <= @now";

    public static async Task<SecretToken> CreateAsync(
        Db db, string purpose, string accountId, string sentTo, long now, TimeSpan lifetime, string? restores = null)
    {
        var token = SecretToken.New();
        var expiresAt = now + UnixMicros.Of(lifetime);
        await db.ExecuteAsync(Insert, new { Hash = token.Hash(purpose), purpose, accountId, sentTo, restores, now, expiresAt });
        return token;
    }

    /// <summary>What the link is for, or null when it is used, expired, worn out, unknown or of another purpose.</summary>
    public static Task<OneTimeLink?> LookAtAsync(Db db, string purpose, SecretToken token, long now) =>
        db.FirstOrNullAsync<OneTimeLink>(Select, new { Hash = token.Hash(purpose), purpose, now, MostWrongTries });

    /// <summary>Uses the link up. Null: there was nothing to use; then nothing else may happen.</summary>
    public static Task<OneTimeLink?> ConsumeAsync(Db db, string purpose, SecretToken token, long now) =>
        db.FirstOrNullAsync<OneTimeLink>(Consume, new { Hash = token.Hash(purpose), purpose, now });

    public static Task CountWrongTryAsync(Db db, string purpose, SecretToken token) =>
        db.ExecuteAsync(CountWrong, new { Hash = token.Hash(purpose), purpose });

    public static Task DiscardAsync(Db db, string purpose, string accountId) =>
        db.ExecuteAsync(DeleteOfAccount, new { purpose, accountId });

    /// <summary>Discards the links of a purpose that were made at <paramref name="since"/> or later.</summary>
    public static Task DiscardNewerAsync(Db db, string purpose, string accountId, long since) =>
        db.ExecuteAsync(DeleteNewerOfAccount, new { purpose, accountId, since });

    public static Task<int> PurgeAsync(Db db, long now) => db.ExecuteAsync(DeleteExpired, new { now });
}

internal sealed record OneTimeLink
{
    public required string AccountId { get; init; }

    /// <summary>The address key that the link was mailed to.</summary>
    public required string SentTo { get; init; }

    /// <summary>The address that an undo link restores; null for every other purpose.</summary>
    public required string? Restores { get; init; }

    public required long CreatedAt { get; init; }
}
