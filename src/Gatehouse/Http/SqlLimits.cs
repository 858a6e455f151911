using Gatehouse.Storage;

namespace Gatehouse.Http;

/// <summary>Counts in the database: one budget for all nodes on it, also after a restart.</summary>
internal sealed class SqlLimits(Database database, LimitKeys keys, TimeProvider clock) : LimitStore
{
    public override Task<TimeSpan?> TryTakeAsync(Budget budget) =>
        ChangeAsync(budget, (stamps, now) => stamps.TryTake(budget.Rule, now));

    public override Task<TimeSpan?> PeekAsync(Budget budget) => database.ReadAsync(
        async db => (await LimitRows.LookAtAsync(db, keys.Of(budget))).Wait(budget.Rule, clock.NowMicros()),
        CancellationToken.None);

    public override async Task<Attempt?> TryBeginAsync(Budget budget)
    {
        var (place, wait) = await ChangeAsync(budget, (stamps, now) => stamps.TryBegin(budget.Rule, now));
        return wait is not null ? Attempt.Refused(wait.Value)
            : place is null ? null
            : new Attempt(outcome => EndAsync(budget, place, outcome), null);
    }

    public override Task ForgiveAsync(Budget budget) => ChangeAsync(budget, (stamps, _) =>
    {
        stamps.Clear();
        return true;
    });

    private Task<AttemptEnd> EndAsync(Budget budget, long? place, AttemptOutcome outcome) =>
        ChangeAsync(budget, (stamps, now) => stamps.End(budget.Rule, now, place, outcome));

    // Neither durable at once (a crash of the database forgets the last moment's counts) nor cancelled: who leaves is counted.
    private Task<T> ChangeAsync<T>(Budget budget, Func<Stamps, long, T> work) => database.TransactLooselyAsync(
        db => LimitRows.ChangeAsync(db, keys.Of(budget), budget.Rule, clock, work), CancellationToken.None);
}
