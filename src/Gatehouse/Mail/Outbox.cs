using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Mail;

/// <summary>
/// What must be mailed: written in the transaction of its cause, so that neither happens without the other. A row names
/// a kind and an id; the mail and the secret in it are made when it is sent, so none lies here to be read.
/// </summary>
internal sealed class Outbox(TimeProvider clock) : IDisposable
{
    private const string Insert = """
        INSERT INTO mail_outbox (id, kind, account_id, recipient, language, created_at, due_at, tries)
        VALUES (@Id, @Kind, @AccountId, @Recipient, @Language, @Now, @Now, 0)
        """;

    // Claims by moving "due" ahead: another relay doesn't see the row until then, and a relay that died loses nothing.
    private const string Claim = """
        UPDATE mail_outbox SET due_at = @until, sending_until = @until, tries = tries + 1
        WHERE dead_at IS NULL AND due_at <= @now AND id IN (
            SELECT id FROM mail_outbox WHERE dead_at IS NULL AND due_at <= @now ORDER BY due_at, id LIMIT @most)
        RETURNING id AS Id, kind AS Kind, account_id AS AccountId, recipient AS Recipient, created_at AS CreatedAt,
            tries AS Tries, language AS Language
        """;

    // A message names the row. Of two that name the same, one gets it: the other finds it being sent, or gone.
    private const string Take = """
        UPDATE mail_outbox SET due_at = @until, sending_until = @until, tries = tries + 1
        WHERE id = @Id AND kind = @Kind AND dead_at IS NULL AND (sending_until IS NULL OR sending_until <= @now)
        RETURNING id AS Id, kind AS Kind, account_id AS AccountId, recipient AS Recipient, created_at AS CreatedAt,
            tries AS Tries, language AS Language
        """;

    // "tries" tells one taking up from the next, so who was away too long can't write over who has it now.
    private const string Renew = """
        UPDATE mail_outbox SET due_at = @until, sending_until = @until WHERE id = @Id AND tries = @Tries AND sending_until IS NOT NULL
        """;

    // Claims for publishing alone: nobody is sending it, so it is anybody's who gets the message.
    private const string ClaimToPublish = """
        UPDATE mail_outbox SET due_at = @until, sending_until = NULL
        WHERE dead_at IS NULL AND due_at <= @now AND id IN (
            SELECT id FROM mail_outbox WHERE dead_at IS NULL AND due_at <= @now ORDER BY due_at, id LIMIT @most)
        RETURNING id AS Id, kind AS Kind
        """;

    // The time names the claim. What a worker has taken up or put off since is not the publisher's any more.
    private const string MoveClaimed = """
        UPDATE mail_outbox SET due_at = @dueAt WHERE due_at = @claimedUntil AND sending_until IS NULL AND dead_at IS NULL
        """;

    private const string Delete = "DELETE FROM mail_outbox WHERE id = @id";

    private const string DeleteOfAccount = "DELETE FROM mail_outbox WHERE account_id = @accountId";

    private const string DeleteNewerOfAccount = """
        DELETE FROM mail_outbox WHERE account_id = @accountId AND kind = @kind AND created_at >= @since
        """;

    private const string Count = "UPDATE mail_outbox SET counted = 1 WHERE id = @id AND counted = 0";

    private const string SelectOurs = "SELECT id FROM mail_outbox WHERE id = @Id AND tries = @Tries";

    private const string SelectId = "SELECT id FROM mail_outbox WHERE id = @id";

    private const string Postpone = """
        UPDATE mail_outbox SET due_at = @dueAt, sending_until = NULL, last_error = @error WHERE id = @Id AND tries = @Tries
        """;

    private const string Bury = """
        UPDATE mail_outbox SET dead_at = @now, sending_until = NULL, last_error = @error WHERE id = @Id AND tries = @Tries
        """;

    private const string DeleteDead = """
        DELETE FROM mail_outbox WHERE id IN (SELECT id FROM mail_outbox WHERE dead_at <= @olderThan LIMIT @most)
        """;

    private const string ReleaseAll = """
        UPDATE mail_outbox SET due_at = @now, sending_until = NULL WHERE dead_at IS NULL AND due_at > @now
        """;

    private const string SelectListing = """
        SELECT id AS Id, kind AS Kind, recipient AS Recipient, created_at AS CreatedAt, due_at AS DueAt, tries AS Tries,
            dead_at AS DeadAt, last_error AS LastError
        FROM mail_outbox WHERE id > @after AND (@dead = 0 OR dead_at IS NOT NULL) ORDER BY id LIMIT @most
        """;

    private const string CountAll = """
        SELECT count(*) AS Total, count(dead_at) AS Dead, min(CASE WHEN dead_at IS NULL THEN created_at END) AS OldestWaiting
        FROM mail_outbox
        """;

    private const string Retry = """
        UPDATE mail_outbox SET dead_at = NULL, due_at = @now, tries = 0 WHERE dead_at IS NOT NULL AND (@id IS NULL OR id = @id)
        """;

    private const string NextDue = "SELECT min(due_at) FROM mail_outbox WHERE dead_at IS NULL";

    private readonly SemaphoreSlim news = new(0);

    /// <param name="accountId">Whom it is about; null where only the address is known.</param>
    /// <param name="recipient">The address as the mail kind understands it: what the relay will look the account up by.</param>
    /// <param name="language">The tag of what it is to be written in, where no account will tell by then.</param>
    public Task EnqueueAsync(Db db, string kind, string? accountId, string recipient, string? language = null) => db.ExecuteAsync(Insert, new
    {
        Id = Ids.New(clock),
        Kind = kind,
        AccountId = accountId,
        Recipient = recipient,
        Language = language,
        Now = clock.NowMicros(),
    });

    /// <summary>Tells the relay after the commit that there is something to send; without it the relay looks on its own.</summary>
    public void Wake()
    {
        if (news.CurrentCount == 0)
            news.Release();
    }

    public Task WaitForNewsAsync(TimeSpan atMost, CancellationToken cancellationToken) =>
        news.WaitAsync(atMost, cancellationToken);

    public void Dispose() => news.Dispose();

    public static Task<IReadOnlyList<OutboxMail>> ClaimAsync(Db db, long now, long until, int most) =>
        db.ListAsync<OutboxMail>(Claim, new { now, until, most });

    /// <summary>The named row for sending; null when it is gone, given up, or being sent by somebody else.</summary>
    public static Task<OutboxMail?> TakeAsync(Db db, NamedMail named, long now, long until) =>
        db.FirstOrNullAsync<OutboxMail>(Take, new { named.Id, named.Kind, now, until });

    /// <summary>Keeps a mail that is still being sent; false when it is somebody else's by now.</summary>
    public static async Task<bool> RenewAsync(Db db, OutboxMail mail, long until) =>
        await db.ExecuteAsync(Renew, new { mail.Id, mail.Tries, until }) == 1;

    /// <summary>False when it was counted before, in a transaction that was committed.</summary>
    public static async Task<bool> TryCountAsync(Db db, string id) => await db.ExecuteAsync(Count, new { id }) == 1;

    /// <summary>False when somebody else has taken the mail up since, or it is done.</summary>
    public static async Task<bool> IsOursAsync(Db db, OutboxMail mail) =>
        await db.ScalarAsync<string>(SelectOurs, new { mail.Id, mail.Tries }) is not null;

    /// <summary>The oldest that are due, for the broker to be told of.</summary>
    public static Task<IReadOnlyList<NamedMail>> ClaimToPublishAsync(Db db, long now, long until, int most) =>
        db.ListAsync<NamedMail>(ClaimToPublish, new { now, until, most });

    /// <summary>When those of a claim are due again, as far as nobody has taken them up since.</summary>
    public static Task MoveClaimedAsync(Db db, long claimedUntil, long dueAt) =>
        db.ExecuteAsync(MoveClaimed, new { claimedUntil, dueAt });

    public static Task DeleteAsync(Db db, string id) => db.ExecuteAsync(Delete, new { id });

    /// <summary>Drops what waits to be mailed about an account that goes.</summary>
    public static Task DropAllAsync(Db db, string accountId) => db.ExecuteAsync(DeleteOfAccount, new { accountId });

    /// <summary>Drops the mails of a kind that were caused at <paramref name="since"/> or later, also those given up.</summary>
    public static Task DropNewerAsync(Db db, string kind, string accountId, long since) =>
        db.ExecuteAsync(DeleteNewerOfAccount, new { kind, accountId, since });

    /// <summary>False when a claimed mail has been dropped since.</summary>
    public static async Task<bool> HoldsAsync(Db db, string id) => await db.ScalarAsync<string>(SelectId, new { id }) is not null;

    public static Task PostponeAsync(Db db, OutboxMail mail, long dueAt, string error) =>
        db.ExecuteAsync(Postpone, new { mail.Id, mail.Tries, dueAt, error });

    public static Task BuryAsync(Db db, OutboxMail mail, long now, string error) =>
        db.ExecuteAsync(Bury, new { mail.Id, mail.Tries, now, error });

    public static Task<int> PurgeAsync(Db db, long olderThan, int most) =>
        db.ExecuteAsync(DeleteDead, new { olderThan, most });

    /// <summary>For a store that one relay works on alone: what a killed one had claimed is due at once.</summary>
    public static Task ReleaseAllAsync(Db db, long now) => db.ExecuteAsync(ReleaseAll, new { now });

    public static Task<long?> NextDueAsync(Db db) => db.ScalarAsync<long?>(NextDue);

    /// <summary>What waits or was given up, in order of its making; only the latter, if asked so.</summary>
    /// <param name="after">The last id of the page before; empty for the first.</param>
    public static Task<IReadOnlyList<MailListing>> ListAsync(Db db, bool dead, string after, int most) =>
        db.ListAsync<MailListing>(SelectListing, new { dead = dead ? 1 : 0, after, most });

    public static async Task<OutboxCount> CountAsync(Db db) => (await db.FirstOrNullAsync<OutboxCount>(CountAll))!;

    /// <summary>
    /// Gives a mail that was given up another try, or all of them; the number of such mails. One older than a link lives
    /// gets this one try.
    /// </summary>
    public static Task<int> RetryAsync(Db db, string? id, long now) => db.ExecuteAsync(Retry, new { id, now });
}

/// <summary>A row as the operator lists it.</summary>
internal sealed record MailListing
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    /// <summary>An address, or what the mail's kind finds one by.</summary>
    public required string Recipient { get; init; }

    public required long CreatedAt { get; init; }

    public required long DueAt { get; init; }

    public required long Tries { get; init; }

    /// <summary>Null: it will be tried (again).</summary>
    public required long? DeadAt { get; init; }

    /// <summary>May quote the recipient.</summary>
    public required string? LastError { get; init; }
}

internal sealed record OutboxCount
{
    public required long Total { get; init; }

    public required long Dead { get; init; }

    public required long? OldestWaiting { get; init; }
}

/// <summary>A claimed row.</summary>
internal sealed record OutboxMail
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required string? AccountId { get; init; }

    public required string Recipient { get; init; }

    /// <summary>Null where its account tells.</summary>
    public required string? Language { get; init; }

    public required long CreatedAt { get; init; }

    public required long Tries { get; init; }
}

/// <summary>A row by its name: all that a message of the broker says.</summary>
internal sealed record NamedMail
{
    public required string Id { get; init; }

    public required string Kind { get; init; }
}
