using Gatehouse.Security;
using Gatehouse.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Events;

/// <summary>
/// What the application's listeners are to be told: written in the transaction of its cause, so that neither happens
/// without the other. Where nobody listens nothing is written. A row holds ids, never a secret or an address.
/// </summary>
internal sealed class EventDeliveries(IServiceProviderIsService services, TimeProvider clock)
{
    private const string Insert = """
        INSERT INTO event_deliveries (id, type, account_id, session_id, user_id, via, created_at, due_at, tries)
        VALUES (@Id, @Type, @AccountId, @SessionId, @UserId, @Via, @Now, @Now, 0)
        """;

    // Claims by moving "due" ahead: another worker doesn't see the row until then, and one that died loses nothing.
    private const string Claim = """
        UPDATE event_deliveries SET due_at = @until, tries = tries + 1
        WHERE dead_at IS NULL AND due_at <= @now AND id IN (
            SELECT id FROM event_deliveries WHERE dead_at IS NULL AND due_at <= @now ORDER BY due_at, id LIMIT 1)
        RETURNING id AS Id, type AS Type, account_id AS AccountId, session_id AS SessionId, user_id AS UserId, via AS Via,
            created_at AS CreatedAt, tries AS Tries
        """;

    private const string Delete = "DELETE FROM event_deliveries WHERE id = @id";

    private const string Postpone = "UPDATE event_deliveries SET due_at = @dueAt WHERE id = @id";

    private const string Bury = "UPDATE event_deliveries SET dead_at = @now WHERE id = @id";

    private const string NextDue = "SELECT min(due_at) FROM event_deliveries WHERE dead_at IS NULL";

    public bool AreHeard { get; } = services.IsService(typeof(IGatehouseListener));

    public Task AccountVerifiedAsync(Db db, string accountId) => AddAsync(db, EventDelivery.AccountVerified, accountId);

    public Task SessionStartedAsync(Db db, string sessionId, string accountId, string? userId, string via) =>
        AddAsync(db, EventDelivery.SessionStarted, accountId, sessionId, userId, via);

    public Task AccountDeletedAsync(Db db, string accountId) => AddAsync(db, EventDelivery.AccountDeleted, accountId);

    public static Task<EventDelivery?> ClaimAsync(Db db, long now, long until) =>
        db.FirstOrNullAsync<EventDelivery>(Claim, new { now, until });

    public static Task DeleteAsync(Db db, string id) => db.ExecuteAsync(Delete, new { id });

    public static Task PostponeAsync(Db db, string id, long dueAt) => db.ExecuteAsync(Postpone, new { id, dueAt });

    public static Task BuryAsync(Db db, string id, long now) => db.ExecuteAsync(Bury, new { id, now });

    public static Task<long?> NextDueAsync(Db db) => db.ScalarAsync<long?>(NextDue);

    private Task AddAsync(
        Db db, string type, string accountId, string? sessionId = null, string? userId = null, string? via = null) => AreHeard
        ? db.ExecuteAsync(Insert, new
        {
            Id = Ids.New(clock),
            Type = type,
            AccountId = accountId,
            SessionId = sessionId,
            UserId = userId,
            Via = via,
            Now = clock.NowMicros(),
        })
        : Task.CompletedTask;
}

/// <summary>A claimed row.</summary>
internal sealed record EventDelivery
{
    public const string AccountVerified = "account_verified";
    public const string SessionStarted = "session_started";
    public const string AccountDeleted = "account_deleted";

    public required string Id { get; init; }

    public required string Type { get; init; }

    public required string AccountId { get; init; }

    public required string? SessionId { get; init; }

    public required string? UserId { get; init; }

    public required string? Via { get; init; }

    public required long CreatedAt { get; init; }

    public required long Tries { get; init; }

    public Task TellAsync(IGatehouseListener listener, CancellationToken cancellationToken)
    {
        var at = UnixMicros.ToTime(CreatedAt);
        return Type switch
        {
            AccountVerified => listener.AccountVerifiedAsync(new(Id, AccountId, at), cancellationToken),
            SessionStarted => listener.SessionStartedAsync(new(Id, SessionId!, AccountId, UserId, Via!, at), cancellationToken),
            AccountDeleted => listener.AccountDeletedAsync(new(Id, AccountId, at), cancellationToken),
            _ => throw new NotSupportedException($"No such type of event: {Type}. A newer node may know it."),
        };
    }
}
