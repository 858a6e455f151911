using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Events;

/// <summary>
/// The append-only record of what happened to an account, written in the transaction of the effect it tells of.
/// </summary>
internal static class SecurityEvents
{
    /// <summary>The detail of what the operator did by the command line.</summary>
    public const string ByOperator = "operator";

    private const string Insert = """
        INSERT INTO security_events (id, account_id, type, at, ip, user_agent, detail)
        VALUES (@Id, @AccountId, @Type, @At, @Ip, @UserAgent, @Detail)
        """;

    private const string InsertIfItLives = """
        INSERT INTO security_events (id, account_id, type, at, ip, user_agent, detail)
        SELECT @Id, id, @Type, @At, @Ip, @UserAgent, @Detail FROM accounts WHERE id = @AccountId
        """;

    private const string SelectOne = """
        SELECT id AS Id, type AS Type, at AS At, ip AS Ip, user_agent AS UserAgent, detail AS Detail
        FROM security_events WHERE account_id = @accountId AND id = @id
        """;

    // The newest few only: however long a history is, a login looks at no more of it.
    private const string CountSameOrigin = """
        SELECT count(*) FROM (
            SELECT type, ip, user_agent FROM security_events WHERE account_id = @accountId ORDER BY id DESC LIMIT 50) recent
        WHERE type IN ('logged_in', 'account_verified', 'password_reset')
            AND COALESCE(ip, '') = COALESCE(@Ip, '') AND COALESCE(user_agent, '') = COALESCE(@UserAgent, '')
        """;

    private const string SelectPage = """
        SELECT id AS Id, type AS Type, at AS At, ip AS Ip, user_agent AS UserAgent, detail AS Detail
        FROM security_events WHERE account_id = @accountId AND (@before IS NULL OR id < @before)
        ORDER BY id DESC LIMIT @most
        """;

    private const string Delete = "DELETE FROM security_events WHERE account_id = @accountId";

    private const string Purge = """
        DELETE FROM security_events WHERE id IN (SELECT id FROM security_events WHERE at <= @before LIMIT @most)
        """;

    /// <summary>Newest first, older than the event <paramref name="before"/>.</summary>
    public static Task<IReadOnlyList<SecurityEvent>> ListAsync(Db db, string accountId, string? before, int most) =>
        db.ListAsync<SecurityEvent>(SelectPage, new { accountId, before, most });

    /// <summary>Forgets an account's history with the account: it holds addresses of a person who left.</summary>
    public static Task EraseAsync(Db db, string accountId) => db.ExecuteAsync(Delete, new { accountId });

    public static Task<int> PurgeAsync(Db db, long before, int most) => db.ExecuteAsync(Purge, new { before, most });

    /// <param name="detail">A word or two for the owner's list; never a secret, an address or a customer's text.</param>
    /// <returns>The event's id.</returns>
    public static async Task<string> RecordAsync(
        Db db, TimeProvider clock, string accountId, string type, RequestOrigin origin, string detail = "")
    {
        var draft = Draft(clock, accountId, type, origin, detail);
        await db.ExecuteAsync(Insert, draft);
        return draft.Id;
    }

    /// <summary>An event that happened now, to be written later.</summary>
    public static SecurityEventDraft Draft(
        TimeProvider clock, string accountId, string type, RequestOrigin origin, string detail = "") =>
        new(Ids.New(clock), accountId, type, clock.NowMicros(), origin.Ip, origin.UserAgent, detail);

    /// <summary>Writes a draft unless its account has been deleted meanwhile: nothing of it may come back.</summary>
    public static Task RecordIfItLivesAsync(Db db, SecurityEventDraft draft) => db.ExecuteAsync(InsertIfItLives, draft);

    public static Task<SecurityEvent?> FindAsync(Db db, string accountId, string id) =>
        db.FirstOrNullAsync<SecurityEvent>(SelectOne, new { accountId, id });

    /// <summary>Whether the account's owner was lately seen at this address with this program.</summary>
    public static async Task<bool> KnowsOriginAsync(Db db, string accountId, RequestOrigin origin) =>
        await db.ScalarAsync<long>(CountSameOrigin, new { accountId, origin.Ip, origin.UserAgent }) > 0;
}

internal sealed record SecurityEventDraft(
    string Id, string AccountId, string Type, long At, string? Ip, string? UserAgent, string Detail);

/// <summary>An event as it was recorded.</summary>
internal sealed record SecurityEvent
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public required long At { get; init; }

    public required string? Ip { get; init; }

    public required string? UserAgent { get; init; }

    public required string Detail { get; init; }
}

/// <summary>Where a request came from, as the owner is shown it later.</summary>
internal sealed record RequestOrigin(string? Ip, string? UserAgent);

/// <summary>The types of security events; part of the contract with whoever reads them.</summary>
internal static class SecurityEventTypes
{
    public const string AccountVerified = "account_verified";
    public const string SignedUp = "signed_up";
    public const string LoggedIn = "logged_in";
    public const string LogInFailed = "log_in_failed";
    public const string LoggedOut = "logged_out";
    public const string PasswordChanged = "password_changed";
    public const string EmailChangeAsked = "email_change_asked";
    public const string EmailChanged = "email_changed";
    public const string EmailChangeUndone = "email_change_undone";
    public const string AccountDeleted = "account_deleted";
    public const string SettingsOpened = "settings_opened";
    public const string SessionEnded = "session_ended";
    public const string OtherSessionsEnded = "other_sessions_ended";
    public const string SessionsEnded = "sessions_ended";
    public const string UsernameChanged = "username_changed";
    public const string InviteClaimed = "invite_claimed";
    public const string PasswordReset = "password_reset";
    public const string UserCreated = "user_created";
    public const string UserDeleted = "user_deleted";
    public const string IdentityLinked = "identity_linked";
    public const string IdentityUnlinked = "identity_unlinked";
    public const string IdentityFrozen = "identity_frozen";
    public const string IdentityReplaced = "identity_replaced";

    /// <summary>What each type tells; <c>docs/events.md</c> is made of it.</summary>
    public static IReadOnlyDictionary<string, string> Meanings { get; } = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        [SignedUp] = "A sign-up was taken; the account is pending.",
        [AccountVerified] = "A verification link was used, or a provider or the operator vouched for the address (detail: the provider, "
            + "or `operator`); address and account belong together from now on.",
        [LoggedIn] = "Credentials were right and a session was made; the detail says how it is carried.",
        [LogInFailed] = "A wrong password was given; `blocked` in the detail: for a while no other is looked at.",
        [LoggedOut] = "A session was ended by its holder.",
        [PasswordReset] = "A reset link was used: new password, every session ended.",
        [SettingsOpened] = "The credentials were presented again, for a grant to the account's settings; by a fresh login at the "
            + "provider that the detail names, where it names one.",
        [PasswordChanged] = "The password was changed in the settings; every other session ended.",
        [EmailChangeAsked] = "Another email was asked for; nothing changes before its link is used.",
        [EmailChanged] = "The link to the new email was used: it is the account's from now on.",
        [EmailChangeUndone] = "The old email took an email change back; every session ended.",
        [UsernameChanged] = "The account got another username.",
        [SessionEnded] = "One session was ended in the settings.",
        [OtherSessionsEnded] = "Every session but the one that asked was ended in the settings.",
        [SessionsEnded] = "Every session was ended by the operator.",
        [InviteClaimed] = "The account came of an invite, which is used up with it.",
        [AccountDeleted] = "The account was deleted; its other events went with it.",
        [UserCreated] = "A user was made.",
        [UserDeleted] = "A user was deleted.",
        [IdentityLinked] = "A way to log in at a provider, which the detail names, belongs to the account from now on.",
        [IdentityUnlinked] = "It doesn't any more; the sessions that were made by it ended.",
        [IdentityFrozen] = "An identity's documents can't be believed any more: two histories of them were found, or its owner revoked "
            + "the key. Nobody gets in by it, and the sessions that were made by it ended.",
        [IdentityReplaced] = "An identity of the customer's own was replaced by its successor, with the key that was set apart for that; "
            + "the sessions that were made by the old one ended.",
    };
}
