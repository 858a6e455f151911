using Gatehouse.Events;
using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Accounts;

/// <summary>
/// Other ways into an account. Promises: a provider's subject leads to one account, by unique index; the link is (provider,
/// subject) and never an email or a name; the last way in can't be taken away.
/// </summary>
internal static class Identities
{
    /// <summary>The provider's name that identities of one's own are kept under.</summary>
    public const string OwnProvider = "jlinx";

    /// <summary>More are somebody trying something.</summary>
    public const int MostPerAccount = 10;

    private const string Columns = """
        id AS Id, account_id AS AccountId, provider AS Provider, name AS Name, created_at AS CreatedAt, last_used_at AS LastUsedAt
        """;

    private const string SelectBySubject = $"SELECT {Columns} FROM identities WHERE provider = @provider AND subject = @subject";

    private const string SelectOfAccount = $"SELECT {Columns} FROM identities WHERE account_id = @accountId ORDER BY created_at, id";

    private const string SelectOne = $"SELECT {Columns} FROM identities WHERE id = @id AND account_id = @accountId";

    private const string Insert = """
        INSERT INTO identities (id, account_id, provider, subject, name, created_at, last_used_at)
        VALUES (@Id, @accountId, @provider, @subject, @name, @now, @now)
        ON CONFLICT (provider, subject) DO NOTHING
        """;

    private const string Use = "UPDATE identities SET last_used_at = @now WHERE id = @id";

    // A password is a way in for who can name themselves; another identity while its provider is there, and it wasn't set aside.
    private const string Delete = """
        DELETE FROM identities WHERE id = @id AND account_id = @accountId AND (
            EXISTS (SELECT 1 FROM accounts a WHERE a.id = @accountId AND a.password_hash IS NOT NULL
                AND (a.email_key IS NOT NULL OR a.username_key IS NOT NULL))
            OR EXISTS (SELECT 1 FROM identities other
                WHERE other.account_id = @accountId AND other.id <> @id
                    AND NOT EXISTS (SELECT 1 FROM jlinx_pairs p WHERE p.identity_id = other.id AND p.state <> 'bound')
                    AND replace(@usable, ',' || other.provider || ',', '') <> @usable))
        """;

    private const string DeleteOne = "DELETE FROM identities WHERE id = @id AND account_id = @accountId";

    private const string DeleteNewer = "DELETE FROM identities WHERE account_id = @accountId AND created_at >= @since";

    private const string DeleteOlderThanTheAddress = """
        DELETE FROM identities WHERE account_id = @accountId AND created_at <= (
            SELECT max(at) FROM security_events WHERE account_id = @accountId AND type = @type)
        """;

    public static Task<Identity?> FindAsync(Db db, string provider, string subject) =>
        db.FirstOrNullAsync<Identity>(SelectBySubject, new { provider, subject });

    public static Task<Identity?> FindOwnAsync(Db db, string accountId, string id) =>
        db.FirstOrNullAsync<Identity>(SelectOne, new { accountId, id });

    public static Task<IReadOnlyList<Identity>> ListAsync(Db db, string accountId) =>
        db.ListAsync<Identity>(SelectOfAccount, new { accountId });

    /// <summary>The new identity's id; null when somebody has it already.</summary>
    public static async Task<string?> TryAddAsync(
        Db db, TimeProvider clock, string accountId, string provider, string subject, string? name)
    {
        var id = Ids.New(clock);
        var parameters = new { Id = id, accountId, provider, subject, name, now = clock.NowMicros() };
        return await db.ExecuteAsync(Insert, parameters) == 1 ? id : null;
    }

    /// <summary>Notes a login by it, and holds it until the transaction ends. False when it is gone.</summary>
    public static async Task<bool> TryUseAsync(Db db, string id, long now) => await db.ExecuteAsync(Use, new { id, now }) == 1;

    /// <summary>Deletes one whatever else there is: something has just taken its place.</summary>
    public static Task DeleteAsync(Db db, string accountId, string id) => db.ExecuteAsync(DeleteOne, new { id, accountId });

    /// <summary>Discards those that were linked at <paramref name="since"/> or later: by whom an address was taken from its owner.</summary>
    public static Task DiscardNewerAsync(Db db, string accountId, long since) => db.ExecuteAsync(DeleteNewer, new { accountId, since });

    /// <summary>
    /// Discards those from before the account got its address: whoever made it without the address, or with another, is
    /// not the one who reads this mailbox. Those that came with the address, or later, stay.
    /// </summary>
    public static Task DiscardOlderThanTheAddressAsync(Db db, string accountId) =>
        db.ExecuteAsync(DeleteOlderThanTheAddress, new { accountId, type = SecurityEventTypes.EmailChanged });

    /// <summary>False when it is not the account's, or its last way in. The account is locked by the caller.</summary>
    /// <param name="usable">The providers there are.</param>
    public static async Task<bool> TryDeleteAsync(Db db, string accountId, string id, IReadOnlyList<string> usable) =>
        await db.ExecuteAsync(Delete, new { accountId, id, usable = $",{string.Join(",,", usable)}," }) == 1;
}

internal sealed record Identity
{
    public required string Id { get; init; }

    public required string AccountId { get; init; }

    public required string Provider { get; init; }

    /// <summary>What its owner is called at the provider; null when it doesn't say.</summary>
    public required string? Name { get; init; }

    public required long CreatedAt { get; init; }

    public required long LastUsedAt { get; init; }
}
