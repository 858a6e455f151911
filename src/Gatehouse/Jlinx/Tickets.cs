using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

/// <summary>What a browser waits for.</summary>
internal static class TicketPurpose
{
    public const string SignUp = "sign_up";

    /// <summary>Comes back to an account whose keys are lost, and makes no new one.</summary>
    public const string Recovery = "recovery";

    /// <summary>Adds the identity to the account of the session that began it.</summary>
    public const string Link = "link";

    public const string LogIn = "log_in";

    /// <summary>Presents the credentials again, for the settings of an account without a password.</summary>
    public const string Open = "open";
}

/// <summary>What has come of a ticket.</summary>
internal static class TicketStatus
{
    public const string Pending = "pending";
    public const string Approved = "approved";
    public const string Rejected = "rejected";

    /// <summary>Another request for the same account came later; the older one is over.</summary>
    public const string Replaced = "replaced";

    public const string Used = "used";

    /// <summary>What a browser is told of one that is over, for whatever reason.</summary>
    public const string Expired = "expired";
}

/// <summary>
/// What browsers wait for. Promises: a ticket is good once, in the browser that began it, before it expires by our
/// clock; an answer counts once, for exactly the request that it repeats; each of these is the WHERE of one statement
/// (GH-SEC-318, 319, 321, 338).
/// </summary>
internal static class Tickets
{
    /// <summary>Fixed: time to get a phone and read what it asks.</summary>
    public static readonly TimeSpan SignUpLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Fixed: who asks is waiting before a screen.</summary>
    public static readonly TimeSpan LogInLifetime = TimeSpan.FromMinutes(2);

    private const string HashPurpose = "jlinx ticket";

    private const string Columns = """
        purpose AS Purpose, status AS Status, pair_id AS PairId, subject AS Subject, request_id AS RequestId, nonce AS Nonce, code AS Code,
        place AS Place, client AS Client, sent AS Sent, request_hash AS RequestHash, account_length AS AccountLength,
        session_id AS SessionId, epoch AS Epoch, invite_id AS InviteId, account_id AS AccountId, language AS Language,
        created_at AS CreatedAt, expires_at AS ExpiresAt
        """;

    private const string Insert = """
        INSERT INTO jlinx_tickets (hash, browser, purpose, status, pair_id, subject, request_id, nonce, code, place, client, sent,
            account_length, session_id, epoch, invite_id, account_id, language, created_at, expires_at)
        VALUES (@Hash, @Browser, @Purpose, 'pending', @PairId, @Subject, @RequestId, @Nonce, @Code, @Place, @Client, @Sent,
            0, @SessionId, @Epoch, @InviteId, NULL, @Language, @CreatedAt, @ExpiresAt)
        """;

    private const string ReplaceOlder = """
        UPDATE jlinx_tickets SET status = 'replaced'
        WHERE pair_id = @pairId AND status = 'pending' AND purpose IN ('log_in', 'open')
        """;

    private static readonly string CountByName = CountSince("subject");
    private static readonly string CountByPair = CountSince("pair_id");

    private const string SelectOne = $"SELECT {Columns} FROM jlinx_tickets WHERE hash = @hash AND browser IN (@Browser, @Session)";

    private const string SelectUnsent = $"""
        SELECT {Columns} FROM jlinx_tickets WHERE sent = 0 AND status = 'pending' AND expires_at > @now ORDER BY created_at LIMIT @most
        """;

    private const string SelectWaiting = $"""
        SELECT {Columns} FROM jlinx_tickets
        WHERE pair_id = @pairId AND purpose IN ('sign_up', 'recovery', 'link') AND status = 'pending' AND expires_at > @now
        """;

    private const string MarkSent = """
        UPDATE jlinx_tickets SET sent = 1, request_hash = @requestHash, account_length = @accountLength
        WHERE request_id = @requestId AND sent = 0 AND status = 'pending'
        """;

    private const string Approve = """
        UPDATE jlinx_tickets SET status = 'approved', account_id = @AccountId
        WHERE request_id = @RequestId AND pair_id = @PairId AND purpose IN ('log_in', 'open') AND status = 'pending' AND sent = 1
            AND expires_at > @Now AND request_hash = @RequestHash AND nonce = @Nonce AND code = @Code
            AND expires_at = @ExpiresAt AND account_length <= @Index
        """;

    private const string Reject = """
        UPDATE jlinx_tickets SET status = 'rejected'
        WHERE pair_id = @pairId AND (@requestId IS NULL OR request_id = @requestId) AND purpose IN ('log_in', 'open')
            AND status = 'pending' AND sent = 1
        """;

    private const string Withdraw = """
        UPDATE jlinx_tickets SET status = 'rejected'
        WHERE request_id = @requestId AND pair_id = @pairId AND purpose IN ('log_in', 'open') AND status = 'approved'
        """;

    private const string RejectApproved = """
        UPDATE jlinx_tickets SET status = 'rejected'
        WHERE pair_id = @pairId AND purpose IN ('log_in', 'open') AND status IN ('pending', 'approved')
        """;

    private const string Open = """
        UPDATE jlinx_tickets SET status = 'approved', account_id = @accountId
        WHERE pair_id = @pairId AND purpose IN ('sign_up', 'recovery', 'link') AND status = 'pending' AND expires_at > @now
        """;

    private const string Use = $"""
        UPDATE jlinx_tickets SET status = 'used'
        WHERE hash = @hash AND browser IN (@Browser, @Session) AND status = 'approved' AND expires_at > @now
        RETURNING {Columns}
        """;

    private const string SetSession = "UPDATE jlinx_tickets SET session_id = @sessionId WHERE request_id = @requestId AND status = 'used'";

    private const string SelectSession = """
        SELECT session_id FROM jlinx_tickets WHERE request_id = @requestId AND pair_id = @pairId AND status = 'used' AND purpose = 'log_in'
        """;

    private const string Purge = """
        DELETE FROM jlinx_tickets WHERE hash IN (
            SELECT hash FROM jlinx_tickets WHERE expires_at <= @before OR (expires_at <= @unused AND status <> 'used') LIMIT @most)
        """;

    /// <param name="holder">Whose it is: <see cref="TicketHolder.BeginAsync"/>.</param>
    public static Task AddAsync(Db db, SecretToken ticket, byte[] holder, Ticket drawn) => db.ExecuteAsync(Insert, new
    {
        Hash = ticket.Hash(HashPurpose),
        Browser = holder,
        drawn.Purpose,
        drawn.PairId,
        drawn.Subject,
        drawn.RequestId,
        drawn.Nonce,
        drawn.Code,
        drawn.Place,
        drawn.Client,
        drawn.Sent,
        drawn.SessionId,
        drawn.Epoch,
        drawn.InviteId,
        drawn.Language,
        drawn.CreatedAt,
        drawn.ExpiresAt,
    });

    /// <summary>One request is open at a time: the newest.</summary>
    public static Task ReplaceOlderAsync(Db db, string pairId) => db.ExecuteAsync(ReplaceOlder, new { pairId });

    /// <summary>How often a login was asked for by this name, since one by it has succeeded.</summary>
    public static async Task<AskedCount> CountByNameAsync(Db db, string subject, long lately, long dayAgo) =>
        (await db.FirstOrNullAsync<AskedCount>(CountByName, new { key = subject, lately, dayAgo }))!;

    /// <summary>How often the pair's owner was asked, by whatever name, since a login has succeeded.</summary>
    public static async Task<AskedCount> CountByPairAsync(Db db, string pairId, long lately, long dayAgo) =>
        (await db.FirstOrNullAsync<AskedCount>(CountByPair, new { key = pairId, lately, dayAgo }))!;

    /// <summary>Null for a ticket that is unknown or another browser's.</summary>
    public static Task<Ticket?> FindAsync(Db db, SecretToken ticket, TicketHolder holder) =>
        db.FirstOrNullAsync<Ticket>(SelectOne, new { hash = ticket.Hash(HashPurpose), holder.Browser, holder.Session });

    /// <summary>Requests that are still to be written.</summary>
    public static Task<IReadOnlyList<Ticket>> ListUnsentAsync(Db db, long now, int most) =>
        db.ListAsync<Ticket>(SelectUnsent, new { now, most });

    /// <summary>The ticket that an offer was made for, while somebody waits.</summary>
    public static Task<Ticket?> FindWaitingAsync(Db db, string pairId, long now) =>
        db.FirstOrNullAsync<Ticket>(SelectWaiting, new { pairId, now });

    /// <summary>False when it stands there already, or nobody waits any more.</summary>
    public static async Task<bool> TryMarkSentAsync(Db db, string requestId, byte[] requestHash, ulong accountLength) =>
        await db.ExecuteAsync(MarkSent, new { requestId, requestHash, accountLength = (long)accountLength }) == 1;

    /// <summary>False unless the answer is one to exactly this request, in time, and the first.</summary>
    public static async Task<bool> TryApproveAsync(Db db, Approval approval) => await db.ExecuteAsync(Approve, approval) == 1;

    /// <summary>
    /// Somebody said no, or what nobody understands, which is no too. The request's id is null where it isn't known.
    /// </summary>
    public static Task RejectAsync(Db db, string pairId, string? requestId) => db.ExecuteAsync(Reject, new { pairId, requestId });

    /// <summary>Takes a yes back, as long as no browser has come in by it.</summary>
    public static Task WithdrawAsync(Db db, string pairId, string requestId) => db.ExecuteAsync(Withdraw, new { pairId, requestId });

    /// <summary>Ends whatever is open: the pair is over, or not to be believed.</summary>
    public static Task RejectAllAsync(Db db, string pairId) => db.ExecuteAsync(RejectApproved, new { pairId });

    /// <summary>What was offered is taken.</summary>
    public static Task OpenAsync(Db db, string pairId, string accountId, long now) =>
        db.ExecuteAsync(Open, new { pairId, accountId, now });

    /// <summary>Null when it isn't approved, was used, has expired, or is another browser's.</summary>
    public static Task<Ticket?> UseAsync(Db db, SecretToken ticket, TicketHolder holder, long now) => db.FirstOrNullAsync<Ticket>(
        Use, new { hash = ticket.Hash(HashPurpose), holder.Browser, holder.Session, now });

    /// <summary>Remembers what was made of it, so that the customer can end it from afar.</summary>
    public static Task SetSessionAsync(Db db, string requestId, string sessionId) =>
        db.ExecuteAsync(SetSession, new { requestId, sessionId });

    public static Task<string?> FindSessionAsync(Db db, string pairId, string requestId) =>
        db.ScalarAsync<string>(SelectSession, new { pairId, requestId });

    /// <param name="unused">Those of which nothing came are kept until then: as long as they are counted.</param>
    public static Task<int> PurgeAsync(Db db, long before, long unused, int most) =>
        db.ExecuteAsync(Purge, new { before, unused, most });

    private static string CountSince(string column) => $"""
        SELECT count(*) AS InDay, COALESCE(sum(CASE WHEN created_at > @lately THEN 1 ELSE 0 END), 0) AS Lately,
            COALESCE(min(CASE WHEN created_at > @lately THEN created_at END), 0) AS OldestLately, COALESCE(min(created_at), 0) AS OldestInDay
        FROM jlinx_tickets t
        WHERE {column} = @key AND created_at > @dayAgo AND purpose IN ('log_in', 'open')
            AND created_at > COALESCE((
                SELECT max(created_at) FROM jlinx_tickets s WHERE s.{column} = @key AND s.status = 'used'
                    AND s.purpose IN ('log_in', 'open')), 0)
        """;
}

internal sealed record Ticket
{
    public required string Purpose { get; init; }

    public string Status { get; init; } = TicketStatus.Pending;

    public string? PairId { get; init; }

    /// <summary>What refusals are counted by: what was typed, as a digest; the account's id where its owner asks.</summary>
    public required string Subject { get; init; }

    public required string RequestId { get; init; }

    public required byte[] Nonce { get; init; }

    /// <summary>Three digits; empty for an offer.</summary>
    public required string Code { get; init; }

    /// <summary><c>new</c> or <c>known</c>; empty for an offer.</summary>
    public required string Place { get; init; }

    public required string Client { get; init; }

    public required long Sent { get; init; }

    public byte[]? RequestHash { get; init; }

    public long AccountLength { get; init; }

    public string? SessionId { get; init; }

    public long? Epoch { get; init; }

    public string? InviteId { get; init; }

    public string? AccountId { get; init; }

    public string? Language { get; init; }

    public required long CreatedAt { get; init; }

    public required long ExpiresAt { get; init; }
}

internal sealed class AskedCount
{
    public long InDay { get; init; }

    public long Lately { get; init; }

    public long OldestLately { get; init; }

    public long OldestInDay { get; init; }
}

/// <summary>An approval as it was sealed, to be held against the request.</summary>
/// <param name="Index">Of its block.</param>
internal sealed record Approval(
    string PairId, string AccountId, string RequestId, byte[] RequestHash, byte[] Nonce, string Code, long ExpiresAt, long Index, long Now);
