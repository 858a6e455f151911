using Gatehouse.Accounts;
using Gatehouse.Storage;

namespace Gatehouse.Users;

/// <summary>Profiles inside an account. Every statement names the account: another account's id is no id at all.</summary>
internal static class UserStore
{
    public const int MostPerAccount = 10; // fixed: a household, not a company

    private const string Columns = "id AS Id, name AS Name, preferences AS Preferences, created_at AS CreatedAt";

    private const string SelectAll = $"SELECT {Columns} FROM users WHERE account_id = @accountId ORDER BY created_at, id";

    private const string SelectOne = $"SELECT {Columns} FROM users WHERE id = @id AND account_id = @accountId";

    private const string Insert = """
        INSERT INTO users (id, account_id, name, preferences, created_at)
        SELECT @Id, @accountId, @Name, @Preferences, @CreatedAt
        WHERE (SELECT count(*) FROM users WHERE account_id = @accountId) < @MostPerAccount
        """;

    private const string Update = """
        UPDATE users SET name = COALESCE(@name, name), preferences = COALESCE(@preferences, preferences)
        WHERE id = @id AND account_id = @accountId
        """;

    private const string Delete = """
        DELETE FROM users WHERE id = @id AND account_id = @accountId
            AND (SELECT count(*) FROM users WHERE account_id = @accountId) > 1
        """;

    public static Task<IReadOnlyList<User>> ListAsync(Db db, string accountId) =>
        db.ListAsync<User>(SelectAll, new { accountId });

    public static Task<User?> FindAsync(Db db, string accountId, string id) =>
        db.FirstOrNullAsync<User>(SelectOne, new { accountId, id });

    /// <summary>False when the account has as many users as it may.</summary>
    public static async Task<bool> TryAddAsync(Db db, string accountId, User user)
    {
        await AccountStore.LockAsync(db, accountId); // a count alone would let two at once through
        return await db.ExecuteAsync(Insert, new
        {
            user.Id,
            accountId,
            user.Name,
            user.Preferences,
            user.CreatedAt,
            MostPerAccount = (long)MostPerAccount,
        }) == 1;
    }

    /// <summary>Changes what isn't null. False when the account has no such user.</summary>
    public static Task<bool> TryUpdateAsync(Db db, string accountId, string id, string? name, string? preferences) =>
        TryChangeAsync(db, accountId, Update, new { accountId, id, name, preferences });

    /// <summary>False when the account has no such user, or no other.</summary>
    public static async Task<bool> TryDeleteAsync(Db db, string accountId, string id)
    {
        await AccountStore.LockAsync(db, accountId); // a count alone would let two at once through
        return await TryChangeAsync(db, accountId, Delete, new { accountId, id });
    }

    /// <summary>What a session answers includes its user.</summary>
    private static async Task<bool> TryChangeAsync(Db db, string accountId, string sql, object parameters)
    {
        if (await db.ExecuteAsync(sql, parameters) == 0)
            return false;
        SessionChanges.Record(db, accountId);
        return true;
    }
}

/// <param name="Preferences">A JSON object as text.</param>
internal sealed record User(string Id, string Name, string Preferences, long CreatedAt);
