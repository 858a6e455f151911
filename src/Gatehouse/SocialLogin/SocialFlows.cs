using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;

namespace Gatehouse.SocialLogin;

/// <summary>What a login at a provider is for.</summary>
internal static class FlowPurpose
{
    public const string LogIn = "log_in";

    /// <summary>Adds the identity to the account of the session that began it.</summary>
    public const string Link = "link";

    /// <summary>Presents the credentials again, for the settings of an account without a password; the page gets the grant.</summary>
    public const string Open = "open";

    /// <summary>The same; a program that began it asks for the grant.</summary>
    public const string OpenByProgram = "open_by_program";
}

/// <summary>
/// Logins that are under way at a provider. Promises: an answer is taken once, within ten minutes, for the provider it was
/// begun at, in the browser that began it; all of that is the WHERE of one DELETE (GH-SEC-166, 169, 180).
/// </summary>
internal static class SocialFlows
{
    private const string StatePurpose = "social state";

    private const string Insert = """
        INSERT INTO social_flows (hash, browser, provider, purpose, session_id, epoch, invite_id, return_to, created_at, expires_at)
        VALUES (@Hash, @Browser, @Provider, @Purpose, @SessionId, @Epoch, @InviteId, @ReturnTo, @CreatedAt, @ExpiresAt)
        """;

    private const string Consume = """
        DELETE FROM social_flows WHERE hash = @hash AND browser = @browser AND provider = @provider AND expires_at > @now
        RETURNING purpose AS Purpose, session_id AS SessionId, epoch AS Epoch, invite_id AS InviteId, return_to AS ReturnTo,
            created_at AS CreatedAt
        """;

    private const string Select = "SELECT 1 FROM social_flows WHERE hash = @hash AND browser = @browser AND provider = @provider";

    private const string DeleteExpired = "DELETE FROM social_flows WHERE expires_at <= @now";

    public static Task AddAsync(Db db, SecretToken state, SecretToken browser, string provider, SocialFlow flow) =>
        db.ExecuteAsync(Insert, new
        {
            Hash = state.Hash(StatePurpose),
            Browser = FlowCookie.HashOf(browser),
            Provider = provider,
            flow.Purpose,
            flow.SessionId,
            flow.Epoch,
            flow.InviteId,
            flow.ReturnTo,
            flow.CreatedAt,
            ExpiresAt = flow.CreatedAt + UnixMicros.Of(FlowCookie.Lifetime),
        });

    /// <summary>Whether it is worth a write: most of what comes to nothing is found out by reading.</summary>
    public static async Task<bool> IsKnownAsync(Db db, SecretToken state, SecretToken browser, string provider) =>
        await db.ScalarAsync<long?>(Select, new { hash = state.Hash(StatePurpose), browser = FlowCookie.HashOf(browser), provider }) is not null;

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

    /// <summary>
    /// Of the account as it began, where it is about one: a new password, or the end of its sessions, ends what somebody
    /// began before. Null for a login.
    /// </summary>
    public long? Epoch { get; init; }

    public required string? InviteId { get; init; }

    /// <summary>A path of ours.</summary>
    public required string ReturnTo { get; init; }

    public required long CreatedAt { get; init; }
}
