using Gatehouse.Storage;

namespace Gatehouse.Accounts;

/// <summary>
/// Accounts in the database. An email or username belongs to one verified account, by unique index; pending sign-ups
/// for an address may be several and own nothing.
/// </summary>
internal static class AccountStore
{
    /// <summary>Pending sign-ups kept per address; the oldest goes. More would let a stranger fill the disk.</summary>
    private const int MostPendingPerAddress = 5;

    private const string Columns = """
        id AS Id, email AS Email, email_key AS EmailKey, username AS Username, displayname AS DisplayName,
        password_hash AS PasswordHash, verified_at AS VerifiedAt, config AS Config, epoch AS Epoch, created_at AS CreatedAt,
        invite_id AS InviteId, language AS Language
        """;

    private const string SelectById = $"SELECT {Columns} FROM accounts WHERE id = @id";

    private const string SelectByEmail = $"""
        SELECT {Columns} FROM accounts WHERE email_key = @emailKey AND verified_at IS NOT NULL
        """;

    private const string SelectByUsername = $"""
        SELECT {Columns} FROM accounts WHERE username_key = @usernameKey AND verified_at IS NOT NULL
        """;

    private const string SelectNewestPending = $"""
        SELECT {Columns} FROM accounts WHERE email_key = @emailKey AND verified_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT 1
        """;

    // One statement whatever is found, so that its time doesn't tell a known address from an unknown one.
    private const string SelectForLogIn = $"""
        SELECT {Columns} FROM accounts WHERE id = (
            SELECT id FROM (
                SELECT id, 0 AS rank FROM accounts WHERE email_key = @emailKey AND verified_at IS NOT NULL
                UNION ALL
                SELECT id, 1 AS rank FROM (
                    SELECT id FROM accounts WHERE email_key = @emailKey AND verified_at IS NULL
                    ORDER BY created_at DESC, id DESC LIMIT 1) newest
            ) candidates ORDER BY rank LIMIT 1)
        """;

    private const string InsertPending = """
        INSERT INTO accounts (id, email, email_key, username, username_key, displayname, password_hash, config, epoch, created_at,
            invite_id, language)
        VALUES (@Id, @Email, @EmailKey, @Username, @UsernameKey, @DisplayName, @PasswordHash, @Config, 0, @CreatedAt, @InviteId,
            @Language)
        """;

    // The partial index decides between two at once; whoever is second finds the address taken.
    private const string InsertVerified = """
        INSERT INTO accounts (id, email, email_key, displayname, verified_at, config, epoch, created_at, language)
        VALUES (@Id, @Email, @EmailKey, @DisplayName, @VerifiedAt, @Config, 0, @CreatedAt, @Language)
        ON CONFLICT (email_key) WHERE verified_at IS NOT NULL DO NOTHING
        """;

    private const string DeleteOldestPending = """
        DELETE FROM accounts WHERE verified_at IS NULL AND id IN (
            SELECT id FROM accounts WHERE email_key = @EmailKey AND verified_at IS NULL
            ORDER BY created_at DESC, id DESC LIMIT 100 OFFSET @MostPendingPerAddress)
        """;

    private const string LockFirstPending = """
        UPDATE accounts SET epoch = epoch WHERE id = (
            SELECT id FROM accounts WHERE email_key = @emailKey AND verified_at IS NULL ORDER BY created_at, id LIMIT 1)
        """;

    private const string Lock = "UPDATE accounts SET epoch = epoch WHERE id = @id RETURNING epoch";

    private const string MarkVerified = """
        UPDATE accounts SET verified_at = @now
        WHERE id = @id AND verified_at IS NULL AND email_key = @sentTo
            AND NOT EXISTS (SELECT 1 FROM accounts other WHERE other.email_key = @sentTo AND other.verified_at IS NOT NULL)
        """;

    private const string DropTakenUsername = """
        UPDATE accounts SET username = NULL, username_key = NULL
        WHERE id = @id AND username_key IS NOT NULL AND (
            EXISTS (SELECT 1 FROM accounts other WHERE other.username_key = accounts.username_key AND other.verified_at IS NOT NULL)
            OR EXISTS (SELECT 1 FROM username_holds held WHERE held.username_key = accounts.username_key
                AND held.email_key <> accounts.email_key AND held.expires_at > @now))
        """;

    private const string DeletePendingOf = "DELETE FROM accounts WHERE email_key = @emailKey AND verified_at IS NULL";

    private const string DeletePending = "DELETE FROM accounts WHERE id = @id AND verified_at IS NULL";

    private const string PurgePending = """
        DELETE FROM accounts WHERE id IN (
            SELECT id FROM accounts WHERE verified_at IS NULL AND created_at <= @olderThan LIMIT @most)
            AND verified_at IS NULL
        """;

    private const string ReplaceHash = """
        UPDATE accounts SET password_hash = @newHash WHERE id = @id AND password_hash = @oldHash
        """;

    private const string SetPassword = """
        UPDATE accounts SET password_hash = @newHash WHERE id = @id AND verified_at IS NOT NULL
        """;

    private const string SetEmail = """
        UPDATE accounts SET email = @email, email_key = @emailKey
        WHERE id = @id AND verified_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM accounts other WHERE other.email_key = @emailKey AND other.verified_at IS NOT NULL AND other.id <> @id)
        """;

    private const string SetUsername = """
        UPDATE accounts SET username = @Text, username_key = @Key
        WHERE id = @id
            AND NOT EXISTS (SELECT 1 FROM accounts other WHERE other.username_key = @Key AND other.verified_at IS NOT NULL AND other.id <> @id)
            AND NOT EXISTS (SELECT 1 FROM username_holds held WHERE held.username_key = @Key AND held.expires_at > @now
                AND (accounts.email_key IS NULL OR held.email_key <> accounts.email_key))
        """;

    private const string SetConfig = "UPDATE accounts SET config = @config WHERE id = @id";

    private const string SetLanguage = "UPDATE accounts SET language = @language WHERE id = @id";

    private const string Delete = "DELETE FROM accounts WHERE id = @id";

    private const string SelectListing = """
        SELECT id AS Id, email AS Email, username AS Username, verified_at AS VerifiedAt, created_at AS CreatedAt
        FROM accounts WHERE id > @after AND (@pending = 0 OR verified_at IS NULL) ORDER BY id LIMIT @most
        """;

    // By replacing, not LIKE: that is blind to case in SQLite, and key ids aren't.
    private const string CountHashes = """
        SELECT count(*) FROM accounts WHERE password_hash IS NOT NULL
            AND (@needle IS NULL OR replace(password_hash, @needle, '') <> password_hash)
        """;

    public static Task<Account?> FindAsync(Db db, string id) => db.FirstOrNullAsync<Account>(SelectById, new { id });

    public static Task<Account?> FindVerifiedByEmailKeyAsync(Db db, string emailKey) =>
        db.FirstOrNullAsync<Account>(SelectByEmail, new { emailKey });

    public static Task<Account?> FindVerifiedByUsernameAsync(Db db, string usernameKey) =>
        db.FirstOrNullAsync<Account>(SelectByUsername, new { usernameKey });

    public static Task<Account?> FindNewestPendingAsync(Db db, string emailKey) =>
        db.FirstOrNullAsync<Account>(SelectNewestPending, new { emailKey });

    /// <summary>The account of an address, or, where it has none, the newest sign-up that is pending for it.</summary>
    public static Task<Account?> FindForLogInAsync(Db db, EmailAddress email) =>
        db.FirstOrNullAsync<Account>(SelectForLogIn, new { emailKey = email.Key });

    /// <summary>Adds a pending account beside those the address may have already, and lets the oldest go.</summary>
    public static async Task AddPendingAsync(Db db, Account account, string? usernameKey)
    {
        await db.ExecuteAsync(InsertPending, new
        {
            account.Id,
            account.Email,
            account.EmailKey,
            account.Username,
            UsernameKey = usernameKey,
            account.DisplayName,
            account.PasswordHash,
            account.Config,
            account.CreatedAt,
            account.InviteId,
            account.Language,
        });
        await db.ExecuteAsync(DeleteOldestPending, new { account.EmailKey, MostPendingPerAddress });
    }

    /// <summary>
    /// Adds an account that came by another way than a mailbox, without a password. False when the address is taken. Those
    /// who come in by it discard what is pending for the address.
    /// </summary>
    public static async Task<bool> TryAddVerifiedAsync(Db db, Account account) => await db.ExecuteAsync(InsertVerified, account) == 1;

    public static Task DiscardPendingAsync(Db db, string emailKey) => db.ExecuteAsync(DeletePendingOf, new { emailKey });

    /// <summary>
    /// To come first in a verification: the sign-ups of an address are verified one after the other. Each discards the
    /// others and their links, so two at once would hold what the other needs.
    /// </summary>
    public static Task LockPendingAsync(Db db, string emailKey) => db.ExecuteAsync(LockFirstPending, new { emailKey });

    /// <summary>
    /// To come first in every transaction that changes more of an account than a row: so they wait for each other here, in
    /// one order, and not crosswise. The account's epoch; null when there is no such account.
    /// </summary>
    public static Task<long?> LockAsync(Db db, string id) => db.ScalarAsync<long?>(Lock, new { id });

    /// <summary>
    /// Makes a pending account the one that its address belongs to, and discards the others: whoever planted a password
    /// on the address before has nothing left. False when it isn't pending any more, when its address isn't the one that
    /// was proved, or when the address has an account already.
    /// </summary>
    public static async Task<bool> VerifyAsync(Db db, string id, string sentTo, long now)
    {
        await db.ExecuteAsync(DropTakenUsername, new { id, now });
        if (await db.ExecuteAsync(MarkVerified, new { id, sentTo, now }) == 0)
            return false;
        await db.ExecuteAsync(DeletePendingOf, new { emailKey = sentTo });
        return true;
    }

    /// <summary>For the operator, in order of their making; only those that are pending, if asked so.</summary>
    /// <param name="after">The last id of the page before; empty for the first.</param>
    public static Task<IReadOnlyList<AccountListing>> ListAsync(Db db, bool pending, string after, int most) =>
        db.ListAsync<AccountListing>(SelectListing, new { pending = pending ? 1 : 0, after, most });

    /// <summary>How many passwords are hashed under a pepper; under any or none for null.</summary>
    public static Task<long> CountHashesAsync(Db db, string? pepperId) =>
        db.ScalarAsync<long>(CountHashes, new { needle = pepperId is null ? null : $",keyid={pepperId}$" });

    public static Task DeletePendingAsync(Db db, string id) => db.ExecuteAsync(DeletePending, new { id });

    /// <summary>Deletes up to <paramref name="most"/> sign-ups that were never verified; one being verified stays.</summary>
    public static Task<int> PurgePendingAsync(Db db, long olderThan, int most) =>
        db.ExecuteAsync(PurgePending, new { olderThan, most });

    /// <summary>Keeps the same password under today's parameters, unless it was changed meanwhile.</summary>
    public static Task ReplaceHashAsync(Db db, string id, string oldHash, string newHash) =>
        db.ExecuteAsync(ReplaceHash, new { id, oldHash, newHash });

    public static async Task<bool> SetPasswordAsync(Db db, string id, string newHash) =>
        await db.ExecuteAsync(SetPassword, new { id, newHash }) == 1;

    /// <summary>Gives the account another address and discards the sign-ups that are pending for it. False: it is taken.</summary>
    public static async Task<bool> TrySetEmailAsync(Db db, string id, string email, string emailKey)
    {
        if (await db.ExecuteAsync(SetEmail, new { id, email, emailKey }) == 0)
            return false;
        await db.ExecuteAsync(DeletePendingOf, new { emailKey });
        SessionChanges.Record(db, id);
        return true;
    }

    /// <summary>False when another account has the name, or another address's sign-up holds it.</summary>
    public static async Task<bool> TrySetUsernameAsync(Db db, string id, Username username, long now)
    {
        if (await db.ExecuteAsync(SetUsername, new { id, username.Text, username.Key, now }) == 0)
            return false;
        SessionChanges.Record(db, id);
        return true;
    }

    public static Task SetConfigAsync(Db db, string id, string config) => db.ExecuteAsync(SetConfig, new { id, config });

    public static Task SetLanguageAsync(Db db, string id, string language) => db.ExecuteAsync(SetLanguage, new { id, language });

    /// <summary>Deletes the account and, by their foreign keys, its users, sessions, links, grants and devices.</summary>
    public static Task DeleteAsync(Db db, string id)
    {
        SessionChanges.Record(db, id);
        return db.ExecuteAsync(Delete, new { id });
    }
}

/// <summary>An account as the operator lists it: nothing secret.</summary>
internal sealed record AccountListing
{
    public required string Id { get; init; }

    public required string? Email { get; init; }

    public required string? Username { get; init; }

    public required long? VerifiedAt { get; init; }

    public required long CreatedAt { get; init; }
}
