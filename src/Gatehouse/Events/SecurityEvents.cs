using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Events;

/// <summary>
/// The append-only record of what happened to an account, written in the transaction of the effect it tells of.
/// </summary>
internal static class SecurityEvents
{
    private const string Insert = """
        INSERT INTO security_events (id, account_id, type, at, ip, user_agent, detail)
        VALUES (@Id, @AccountId, @Type, @Now, @Ip, @UserAgent, @Detail)
        """;

    /// <param name="detail">A word or two for the owner's list; never a secret, an address or a customer's text.</param>
    public static Task RecordAsync(
        Db db, TimeProvider clock, string accountId, string type, RequestOrigin origin, string detail = "") =>
        db.ExecuteAsync(Insert, new
        {
            Id = Ids.New(clock),
            AccountId = accountId,
            Type = type,
            Now = clock.NowMicros(),
            origin.Ip,
            origin.UserAgent,
            Detail = detail,
        });
}

/// <summary>Where a request came from, as the owner is shown it later.</summary>
internal sealed record RequestOrigin(string? Ip, string? UserAgent);

/// <summary>The types of security events; part of the contract with whoever reads them.</summary>
internal static class SecurityEventTypes
{
    public const string AccountVerified = "account_verified";
    public const string SignedUp = "signed_up";
    public const string LoggedIn = "logged_in";
    public const string LoggedOut = "logged_out";
    public const string PasswordReset = "password_reset";
    public const string UserCreated = "user_created";
    public const string UserDeleted = "user_deleted";

    /// <summary>What each type tells; <c>docs/events.md</c> is made of it.</summary>
    public static IReadOnlyDictionary<string, string> Meanings { get; } = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        [SignedUp] = "A sign-up was taken; the account is pending.",
        [AccountVerified] = "A verification link was used; the address and the account belong together from now on.",
        [LoggedIn] = "Credentials were right and a session was made; the detail says how it is carried.",
        [LoggedOut] = "A session was ended by its holder.",
        [PasswordReset] = "A reset link was used: new password, every session ended.",
        [UserCreated] = "A user was made.",
        [UserDeleted] = "A user was deleted.",
    };
}
