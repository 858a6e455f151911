using Gatehouse.Hypercore.Keys;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

/// <summary>How far a pair of documents has come.</summary>
internal static class PairStates
{
    /// <summary>An AppUser of ours waits for somebody.</summary>
    public const string Offered = "offered";

    /// <summary>It belongs to exactly one AppAccount, for good.</summary>
    public const string Bound = "bound";

    /// <summary>Both know that it is over, or will; our keys are destroyed.</summary>
    public const string Ended = "ended";

    /// <summary>There are two histories: nothing of it is believed any more.</summary>
    public const string Contradicted = "contradicted";
}

/// <summary>
/// Pairs of documents in the database. Promises: an AppUser is bound once, to one AppAccount, by the WHERE of one
/// UPDATE; the effects of a block are done once, because the cursor that moves with them names the block it was at
/// (GH-SEC-323, 325, 337).
/// </summary>
internal static class Pairs
{
    private const string Columns = """
        id AS Id, state AS State, origin AS Origin, app_user AS AppUser, app_account AS AppAccount, author AS Author, secrets AS Secrets,
        secret_hash AS SecretHash, identity_id AS IdentityId, account_id AS AccountId, account_read AS AccountRead, log_read AS LogRead,
        blocked_until AS BlockedUntil
        """;

    private const string SelectById = $"SELECT {Columns} FROM jlinx_pairs WHERE id = @id";

    private const string SelectByAppUser = $"SELECT {Columns} FROM jlinx_pairs WHERE app_user = @key";

    private const string SelectByAppAccount = $"SELECT {Columns} FROM jlinx_pairs WHERE app_account = @key";

    private const string SelectFound = $"""
        SELECT {Columns} FROM jlinx_pairs
        WHERE app_user_found = @found OR app_account_found = @found OR author_found = @found LIMIT 1
        """;

    private const string SelectOfAccount = $"""
        SELECT {Columns} FROM jlinx_pairs WHERE account_id = @accountId AND state = 'bound' AND identity_id IS NOT NULL
        ORDER BY created_at DESC, id DESC LIMIT 1
        """;

    private const string Insert = """
        INSERT INTO jlinx_pairs (id, state, origin, app_user, app_user_found, secrets, secret_hash, account_read, log_read, blocked_until,
            created_at, expires_at)
        VALUES (@Id, 'offered', @Origin, @AppUser, @Found, @Secrets, @SecretHash, 0, '', 0, @CreatedAt, @ExpiresAt)
        """;

    private const string Bind = """
        UPDATE jlinx_pairs SET state = 'bound', app_account = @appAccount, app_account_found = @appAccountFound, author = @author,
            author_found = @authorFound, secrets = @secrets, identity_id = @identityId, account_id = @accountId,
            account_read = @accountRead, log_read = @logRead
        WHERE id = @id AND state = 'offered' AND expires_at > @now
            AND NOT EXISTS (SELECT 1 FROM jlinx_pairs other WHERE other.app_account = @appAccount)
        """;

    private const string Move = """
        UPDATE jlinx_pairs SET account_read = @index + 1, secrets = @secrets
        WHERE id = @id AND state = 'bound' AND identity_id = @identityId AND account_read = @index AND secrets = @before
        """;

    private const string Renew = "UPDATE jlinx_pairs SET secrets = @secrets WHERE id = @id AND state = 'bound' AND secrets = @before";

    private const string MoveLog = "UPDATE jlinx_pairs SET log_read = @last WHERE id = @id AND state = 'bound' AND log_read = @first";

    private const string BlockUntil = "UPDATE jlinx_pairs SET blocked_until = @until WHERE id = @id AND state = 'bound'";

    private const string Contradict = "UPDATE jlinx_pairs SET state = 'contradicted' WHERE id = @id AND state = 'bound' AND identity_id IS NOT NULL";

    // Page by page, so that it is short however many there are.
    private const string SelectUnread = """
        SELECT p.id AS Id, CASE WHEN b.idx IS NULL THEN 0 ELSE 1 END AS IsUnread
        FROM (SELECT id, app_account, account_read FROM jlinx_pairs
            WHERE state = 'bound' AND identity_id IS NOT NULL AND id > @after ORDER BY id LIMIT @most) p
        LEFT JOIN core_blocks b ON b.core_key = p.app_account AND b.idx = p.account_read
        ORDER BY p.id
        """;

    private const string SelectOrphans = $"""
        SELECT {Columns} FROM jlinx_pairs
        WHERE identity_id IS NULL AND state IN ('bound', 'contradicted') AND id > @after ORDER BY id LIMIT @most
        """;

    // The secrets go with it: what is left of both documents nobody here can read any more, nor write.
    private const string End = """
        UPDATE jlinx_pairs SET state = 'ended', secrets = @none, identity_id = NULL, expires_at = @forgetAt
        WHERE id = @id AND state <> 'ended'
        """;

    private const string SelectForgotten = """
        SELECT id AS Id, app_user AS AppUser, app_account AS AppAccount, author AS Author FROM jlinx_pairs
        WHERE expires_at <= @now AND state IN ('offered', 'ended') LIMIT @most
        """;

    private const string DeleteCore = "DELETE FROM cores WHERE core_key = @key";

    private const string Delete = "DELETE FROM jlinx_pairs WHERE id = @id AND expires_at <= @now AND state IN ('offered', 'ended')";

    public static Task<PairRow?> FindAsync(Db db, string id) => db.FirstOrNullAsync<PairRow>(SelectById, new { id });

    public static Task<PairRow?> FindByAppUserAsync(Db db, CoreKey key) =>
        db.FirstOrNullAsync<PairRow>(SelectByAppUser, new { key = key.Bytes.ToArray() });

    public static Task<PairRow?> FindByAppAccountAsync(Db db, CoreKey key) =>
        db.FirstOrNullAsync<PairRow>(SelectByAppAccount, new { key = key.Bytes.ToArray() });

    /// <summary>The pair that one of whose three documents a peer asks for.</summary>
    public static Task<PairRow?> FindAskedAsync(Db db, DiscoveryKey found) =>
        db.FirstOrNullAsync<PairRow>(SelectFound, new { found = found.Bytes.ToArray() });

    /// <summary>The account's identity of its own, as far as it is in use.</summary>
    public static Task<PairRow?> FindOfAccountAsync(Db db, string accountId) =>
        db.FirstOrNullAsync<PairRow>(SelectOfAccount, new { accountId });

    public static Task OfferAsync(Db db, NewPair pair) => db.ExecuteAsync(Insert, pair);

    /// <summary>Binds an offer, once. False when it was taken, is over, or the AppAccount has another.</summary>
    public static async Task<bool> TryBindAsync(Db db, Binding binding) => await db.ExecuteAsync(Bind, new
    {
        id = binding.PairId,
        appAccount = binding.AppAccount.Bytes.ToArray(),
        appAccountFound = binding.AppAccount.DiscoveryKey.Bytes.ToArray(),
        author = binding.Author.Bytes.ToArray(),
        authorFound = binding.Author.DiscoveryKey.Bytes.ToArray(),
        secrets = binding.Secrets,
        identityId = binding.IdentityId,
        accountId = binding.AccountId,
        accountRead = (long)binding.AccountRead,
        logRead = binding.LogRead,
        now = binding.Now,
    }) == 1;

    /// <summary>
    /// The block's effects are being done. False when somebody else does them, has renewed the keys, or the pair is
    /// over: its identity may have been taken away since it was read.
    /// </summary>
    public static async Task<bool> TryMoveAsync(Db db, PairRow pair, ulong index, byte[] secrets) => await db.ExecuteAsync(Move, new
    {
        id = pair.Id,
        identityId = pair.IdentityId,
        index = (long)index,
        before = pair.Secrets,
        secrets,
    }) == 1;

    /// <summary>False when the keys are no longer those that were begun from.</summary>
    public static async Task<bool> TryRenewAsync(Db db, string id, byte[] before, byte[] secrets) =>
        await db.ExecuteAsync(Renew, new { id, before, secrets }) == 1;

    /// <summary>False when another node has copied what came after <paramref name="first"/>.</summary>
    public static async Task<bool> TryMoveLogAsync(Db db, string id, string first, string last) =>
        await db.ExecuteAsync(MoveLog, new { id, first, last }) == 1;

    public static Task BlockAsync(Db db, string id, long until) => db.ExecuteAsync(BlockUntil, new { id, until });

    public static async Task<bool> TryContradictAsync(Db db, string id) => await db.ExecuteAsync(Contradict, new { id }) == 1;

    /// <summary>The next pairs, and of which a block is here whose effects aren't done: whoever had it may have crashed.</summary>
    /// <param name="after">The id of the last of those that were listed before; empty to begin.</param>
    public static Task<IReadOnlyList<UnreadRow>> ListUnreadAsync(Db db, string after, int most) =>
        db.ListAsync<UnreadRow>(SelectUnread, new { after, most });

    /// <summary>
    /// Pairs whose identity was taken from its account, by whatever way: they are over, and it is still to be said.
    /// </summary>
    /// <param name="after">The id of the last of those that were listed before; empty to begin.</param>
    public static Task<IReadOnlyList<PairRow>> ListOrphansAsync(Db db, string after, int most) =>
        db.ListAsync<PairRow>(SelectOrphans, new { after, most });

    /// <summary>Destroys the keys. False when they were destroyed before.</summary>
    public static async Task<bool> TryEndAsync(Db db, string id, long forgetAt) =>
        await db.ExecuteAsync(End, new { id, none = Array.Empty<byte>(), forgetAt }) == 1;

    /// <summary>Forgets offers that nobody took, and pairs that ended long ago, with their documents.</summary>
    public static async Task<int> PurgeAsync(Db db, long now, int most)
    {
        var forgotten = await db.ListAsync<ForgottenRow>(SelectForgotten, new { now, most });
        foreach (var pair in forgotten)
        {
            if (await db.ExecuteAsync(Delete, new { id = pair.Id, now }) == 0)
                continue;
            foreach (var key in new[] { pair.AppUser, pair.AppAccount, pair.Author })
            {
                if (key is not null)
                    await db.ExecuteAsync(DeleteCore, new { key });
            }
        }
        return forgotten.Count;
    }

    internal sealed class UnreadRow
    {
        public required string Id { get; init; }

        public long IsUnread { get; init; }
    }

    private sealed class ForgottenRow
    {
        public required string Id { get; init; }

        public required byte[] AppUser { get; init; }

        public byte[]? AppAccount { get; init; }

        public byte[]? Author { get; init; }
    }
}

/// <summary>A pair as it stands in the database.</summary>
internal sealed record PairRow
{
    public required string Id { get; init; }

    public required string State { get; init; }

    public required string Origin { get; init; }

    public required byte[] AppUser { get; init; }

    public byte[]? AppAccount { get; init; }

    public byte[]? Author { get; init; }

    public required byte[] Secrets { get; init; }

    public required byte[] SecretHash { get; init; }

    public string? IdentityId { get; init; }

    public string? AccountId { get; init; }

    public long AccountRead { get; init; }

    public required string LogRead { get; init; }

    public long BlockedUntil { get; init; }

    public CoreKey AppUserKey => new(AppUser);

    /// <summary>Whether the document is one of its three.</summary>
    public bool Has(CoreKey key) => key == AppUserKey || key == AppAccountKey || key == AuthorKey;

    public CoreKey? AppAccountKey => AppAccount is null ? null : new CoreKey(AppAccount);

    public CoreKey? AuthorKey => Author is null ? null : new CoreKey(Author);

    /// <summary>Whether it is a way in.</summary>
    public bool IsBound => State == PairStates.Bound && IdentityId is not null;

    /// <summary>Whether its identity was taken from the account, and the customer's side is still to be told.</summary>
    public bool IsOrphan => State is PairStates.Bound or PairStates.Contradicted && IdentityId is null;
}

internal sealed record NewPair(
    string Id, string Origin, byte[] AppUser, byte[] Found, byte[] Secrets, byte[] SecretHash, long CreatedAt, long ExpiresAt);

/// <summary>What an offer becomes.</summary>
internal sealed record Binding(
    string PairId, CoreKey AppAccount, CoreKey Author, byte[] Secrets, string IdentityId, string AccountId, ulong AccountRead,
    string LogRead, long Now);
