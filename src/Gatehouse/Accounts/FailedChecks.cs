using System.Collections.Concurrent;
using Gatehouse.Events;
using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Accounts;

/// <summary>
/// Wrong passwords for the owner's record. They are written a moment after the answer: a row that only a known account
/// gets, written before it, would tell known from unknown by the time it takes. Lost in a crash: a second of them.
/// </summary>
internal sealed class FailedChecks(Database database, TimeProvider clock)
{
    private const int MostWaiting = 10_000; // a flood must not eat the memory; the meter counts them all
    private const int MostAtOnce = 500; // a transaction that takes too long is given up, and would be for ever
    private readonly ConcurrentQueue<SecurityEventDraft> waiting = new();

    /// <param name="exhausted">The account takes no further tries for a while.</param>
    public void Note(Account? account, RequestOrigin origin, bool exhausted)
    {
        if (account is { IsVerified: true } && waiting.Count < MostWaiting)
        {
            waiting.Enqueue(SecurityEvents.Draft(
                clock, account.Id, SecurityEventTypes.LogInFailed, origin, exhausted ? "blocked" : ""));
        }
    }

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in waiting.ToArray().Chunk(MostAtOnce))
        {
            await database.TransactAsync(async db =>
            {
                // Ids are in the order of writing: whoever reads on by them has read all that are lower.
                foreach (var draft in batch)
                    await SecurityEvents.RecordIfItLivesAsync(db, draft with { Id = Ids.New(clock) });
            }, cancellationToken);
            for (var i = 0; i < batch.Length; i++)
                waiting.TryDequeue(out _);
        }
    }
}
