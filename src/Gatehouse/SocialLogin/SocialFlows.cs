using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.SocialLogin;

/// <summary>What a login at a provider is for.</summary>
internal static class FlowPurpose
{
    public const string LogIn = "log_in";

    /// <summary>Adds the identity to the account of the session that began it.</summary>
    public const string Link = "link";

    /// <summary>Presents the credentials again, for the settings of an account without a password.</summary>
    public const string Open = "open";
}

/// <summary>
/// Logins that are under way at a provider. Promises: an answer is taken once, within ten minutes, for the provider it was
/// begun at, in the browser that began it; all of that is the WHERE of one DELETE (GH-SEC-166, 169, 180).
/// </summary>
internal static class SocialFlows
{
    /// <summary>Fixed: long enough to find a password and a second factor.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const string StatePurpose = "social state";

    private const string Insert = """
        INSERT INTO social_flows (hash, browser, provider, purpose, session_id, invite_id, return_to, created_at, expires_at)
        VALUES (@Hash, @Browser, @Provider, @Purpose, @SessionId, @InviteId, @ReturnTo, @CreatedAt, @ExpiresAt)
        """;

    private const string Consume = """
        DELETE FROM social_flows WHERE hash = @hash AND browser = @browser AND provider = @provider AND expires_at > @now
        RETURNING purpose AS Purpose, session_id AS SessionId, invite_id AS InviteId, return_to AS ReturnTo, created_at AS CreatedAt
        """;

    private const string DeleteExpired = "DELETE FROM social_flows WHERE expires_at <= @now";

    public static Task AddAsync(Db db, SecretToken state, SecretToken browser, string provider, SocialFlow flow) =>
        db.ExecuteAsync(Insert, new
        {
            Hash = state.Hash(StatePurpose),
            Browser = FlowCookie.HashOf(browser),
            Provider = provider,
            flow.Purpose,
            flow.SessionId,
            flow.InviteId,
            flow.ReturnTo,
            flow.CreatedAt,
            ExpiresAt = flow.CreatedAt + UnixMicros.Of(Lifetime),
        });

    /// <summary>Null for what is unknown, used, expired, begun elsewhere or at another provider; nothing is used up then.</summary>
    public static Task<SocialFlow?> ConsumeAsync(Db db, SecretToken state, SecretToken browser, string provider, long now) =>
        db.FirstOrNullAsync<SocialFlow>(
            Consume, new { hash = state.Hash(StatePurpose), browser = FlowCookie.HashOf(browser), provider, now });

    public static Task<int> PurgeAsync(Db db, long now) => db.ExecuteAsync(DeleteExpired, new { now });
}

internal sealed record SocialFlow
{
    public required string Purpose { get; init; }

    /// <summary>Of who began it; null for a guest.</summary>
    public required string? SessionId { get; init; }

    public required string? InviteId { get; init; }

    /// <summary>A path of ours.</summary>
    public required string ReturnTo { get; init; }

    public required long CreatedAt { get; init; }
}
