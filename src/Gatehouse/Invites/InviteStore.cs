using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Invites;

/// <summary>
/// Invites in the database. Promises: looking at one doesn't use it; a pending sign-up holds it while its link lives, so
/// that for everybody else it is used up; the verification of a sign-up of that address claims it, in the transaction
/// that makes the account, once. Expiry and revocation hold at every step, also for a sign-up that is half way through.
/// </summary>
internal static class InviteStore
{
    /// <summary>Part of every invite's hash.</summary>
    public const string Purpose = "invite";

    private const string Columns = """
        id AS Id, email AS Email, created_at AS CreatedAt, expires_at AS ExpiresAt, claimed_at AS ClaimedAt,
        CASE WHEN holder_id IS NOT NULL THEN held_until END AS HeldUntil
        """;

    private const string Insert = """
        INSERT INTO invites (id, hash, email, email_key, created_at, expires_at)
        VALUES (@Id, @Hash, @Email, @EmailKey, @Now, @ExpiresAt)
        """;

    private const string SelectFree = $"""
        SELECT {Columns} FROM invites
        WHERE hash = @Hash AND claimed_at IS NULL AND expires_at > @now AND (holder_id IS NULL OR held_until <= @now)
        """;

    // Bound to an address it is for that one; held, for the address that holds it: that may sign up again.
    private const string IsFor = """
        claimed_at IS NULL AND expires_at > @now AND (email_key IS NULL OR email_key = @emailKey)
        AND (holder_id IS NULL OR held_until <= @now
            OR holder_id IN (SELECT id FROM accounts WHERE email_key = @emailKey))
        """;

    // An UPDATE, so that of two addresses at once the second waits, and then finds the invite held.
    private const string Lock = $"UPDATE invites SET expires_at = expires_at WHERE hash = @Hash AND {IsFor} RETURNING id";

    // An address that has an account holds nothing: its sign-up comes to nothing, and the invite stays free.
    private const string Hold = """
        UPDATE invites SET holder_id = @accountId, held_until = @until
        WHERE id = @id
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE email_key = @emailKey AND verified_at IS NOT NULL)
        """;

    private const string SelectUnused = "SELECT id FROM invites WHERE hash = @Hash AND claimed_at IS NULL AND expires_at > @now";

    private const string Fits = $"SELECT id FROM invites WHERE hash = @Hash AND {IsFor}";

    private const string StillFits = $"SELECT id FROM invites WHERE id = @id AND {IsFor}";

    private const string ExtendHold = """
        UPDATE invites SET held_until = @until WHERE holder_id = @accountId AND claimed_at IS NULL AND held_until < @until
        """;

    // Whichever of the address's sign-ups is verified claims what any of them holds.
    private const string Claim = $"""
        UPDATE invites SET claimed_at = @now, holder_id = NULL WHERE id = @id AND {IsFor}
        """;

    private const string SelectAll = $"SELECT {Columns} FROM invites ORDER BY id DESC LIMIT @most";

    private const string Delete = """
        DELETE FROM invites WHERE claimed_at IS NULL AND (id = @idOrNothing OR hash = @hashOrNothing)
        """;

    private const string Purge = "DELETE FROM invites WHERE expires_at <= @before";

    public static async Task<(string Id, SecretToken Token)> CreateAsync(
        Db db, TimeProvider clock, string? email, string? emailKey, TimeSpan lifetime)
    {
        var (token, now, id) = (SecretToken.New(), clock.NowMicros(), Ids.New(clock));
        await db.ExecuteAsync(Insert, new
        {
            Id = id,
            Hash = token.Hash(Purpose),
            Email = email,
            EmailKey = emailKey,
            Now = now,
            ExpiresAt = now + UnixMicros.Of(lifetime),
        });
        return (id, token);
    }

    /// <summary>An invite that anybody (or its address) could use now; null for anything else.</summary>
    public static Task<Invite?> LookAtAsync(Db db, SecretToken token, long now) =>
        db.FirstOrNullAsync<Invite>(SelectFree, new { Hash = token.Hash(Purpose), now });

    /// <summary>The id of an invite that somebody could use now, whoever they will turn out to be; null for anything else.</summary>
    public static Task<string?> FindAsync(Db db, SecretToken token, long now) =>
        db.ScalarAsync<string>(SelectUnused, new { Hash = token.Hash(Purpose), now });

    /// <summary>The id of the invite if this address could sign up with it now; null otherwise.</summary>
    public static Task<string?> FindForAsync(Db db, SecretToken token, string emailKey, long now) =>
        db.ScalarAsync<string>(Fits, new { Hash = token.Hash(Purpose), emailKey, now });

    /// <summary>The same, and nobody else takes it before the transaction ends.</summary>
    public static Task<string?> LockForAsync(Db db, SecretToken token, string emailKey, long now) =>
        db.ScalarAsync<string>(Lock, new { Hash = token.Hash(Purpose), emailKey, now });

    /// <summary>Holds a locked invite for a sign-up.</summary>
    public static Task HoldAsync(Db db, string id, string accountId, string emailKey, long until) =>
        db.ExecuteAsync(Hold, new { id, accountId, emailKey, until });

    /// <summary>A new link for a sign-up holds its invite as long as the link lives.</summary>
    public static Task ExtendHoldAsync(Db db, string accountId, long until) =>
        db.ExecuteAsync(ExtendHold, new { accountId, until });

    /// <summary>Whether a sign-up that came with this invite may still become an account by it.</summary>
    public static async Task<bool> IsForAsync(Db db, string id, string emailKey, long now) =>
        await db.ScalarAsync<string>(StillFits, new { id, emailKey, now }) is not null;

    /// <summary>Uses the invite up, once.</summary>
    public static async Task<bool> TryClaimAsync(Db db, string id, string emailKey, long now) =>
        await db.ExecuteAsync(Claim, new { id, emailKey, now }) == 1;

    public static Task<IReadOnlyList<Invite>> ListAsync(Db db, int most) => db.ListAsync<Invite>(SelectAll, new { most });

    /// <summary>By token or id; false when there is none that could still be used.</summary>
    public static async Task<bool> TryRevokeAsync(Db db, string tokenOrId)
    {
        var hash = SecretToken.Parse(tokenOrId)?.Hash(Purpose) ?? [];
        return await db.ExecuteAsync(Delete, new { idOrNothing = tokenOrId, hashOrNothing = hash }) == 1;
    }

    public static Task<int> PurgeAsync(Db db, long before) => db.ExecuteAsync(Purge, new { before });
}

internal sealed record Invite
{
    public required string Id { get; init; }

    /// <summary>Null: for whoever holds the token.</summary>
    public required string? Email { get; init; }

    public required long CreatedAt { get; init; }

    public required long ExpiresAt { get; init; }

    /// <summary>Held by a pending sign-up until then; null: by none.</summary>
    public required long? HeldUntil { get; init; }

    public required long? ClaimedAt { get; init; }
}
