using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Http;

/// <summary>
/// Counts in a store that all nodes share; while that doesn't answer, in this process under a stricter budget: this
/// node's share, at most half, never none and never all (GH-SEC-055, 296). What the shared store lets through is noted
/// here too, so an outage gives nobody a fresh start at the node they were at. Promises: never throws, and never waits for the store longer than
/// <see cref="Patience"/>; one that hangs is left alone but for one question a second.
/// </summary>
internal sealed class SharedLimits(LimitStore shared, LocalLimits local, LiveNodes nodes, ILogger<SharedLimits> log) : LimitStore
{
    private const int MostFailures = 3; // in a row; one alone may be a pause of our own
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private int failures;
    private long askedAt;

    /// <summary>Many times what a healthy store takes; short, because every login waits for it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <remarks>
    /// A budget that this node alone has used up is used up: then no other is asked, however much a store has forgotten.
    /// </remarks>
    public override async Task<TimeSpan?> TryTakeAsync(Budget budget)
    {
        if (await local.PeekAsync(budget) is { } full)
            return full;
        if (await AskAsync(() => shared.TryTakeAsync(budget)) is not { } answer)
            return await local.TryTakeAsync(ShareOf(budget));
        if (answer.Value is null)
            await local.TryTakeAsync(budget);
        return answer.Value;
    }

    public override async Task<TimeSpan?> PeekAsync(Budget budget)
    {
        if (await local.PeekAsync(budget) is { } full)
            return full;
        return await AskAsync(() => shared.PeekAsync(budget)) is { } answer
            ? answer.Value
            : await local.PeekAsync(ShareOf(budget));
    }

    public override async Task<Attempt?> TryBeginAsync(Budget budget)
    {
        if (await AskAsync(() => shared.TryBeginAsync(budget)) is not { } answer)
            return await local.TryBeginAsync(ShareOf(budget));
        return answer.Value is { Wait: null } begun ? new Attempt(outcome => EndAsync(budget, begun, outcome), null) : answer.Value;
    }

    /// <summary>Forgiven here alone while the store is away: a mailed link makes a device, and that has its own budget.</summary>
    public override async Task ForgiveAsync(Budget budget)
    {
        await local.ForgiveAsync(budget);
        await AskAsync(async () =>
        {
            await shared.ForgiveAsync(budget);
            return true;
        });
    }

    private async Task<AttemptEnd> EndAsync(Budget budget, Attempt begun, AttemptOutcome outcome)
    {
        var noted = local.End(budget, place: null, outcome);
        return await AskAsync(() => begun.EndAsync(outcome)) is { } answer ? answer.Value : noted;
    }

    private Budget ShareOf(Budget budget) => budget with
    {
        Rule = budget.Rule with { Permits = Math.Max(1, budget.Rule.Permits / Math.Max(2, nodes.Count)) },
    };

    /// <returns>Null when the store doesn't answer.</returns>
    private async Task<Answer<T>?> AskAsync<T>(Func<Task<T>> ask)
    {
        if (!MayAsk())
        {
            GatehouseMeter.LimitFellBack();
            return null;
        }
        try
        {
            var answer = new Answer<T>(await ask().WaitAsync(Patience));
            NoteAnswered();
            return answer;
        }
#pragma warning disable CA1031 // whatever is wrong with the store, the customer is served and the guesser is not
        catch (Exception exception)
#pragma warning restore CA1031
        {
            NoteFailed(exception);
            GatehouseMeter.LimitFellBack();
            return null;
        }
    }

    /// <summary>While it fails, one call a second finds out whether it is back; it doesn't keep the others waiting.</summary>
    private bool MayAsk()
    {
        lock (gate)
        {
            if (failures < MostFailures)
                return true;
            if (Stopwatch.GetElapsedTime(askedAt) < AskAgainAfter)
                return false;
            askedAt = Stopwatch.GetTimestamp();
            return true;
        }
    }

    private void NoteFailed(Exception exception)
    {
        lock (gate)
        {
            askedAt = Stopwatch.GetTimestamp();
            if (++failures == MostFailures)
                log.LimitsFellBack(exception, Math.Max(2, nodes.Count));
        }
    }

    private void NoteAnswered()
    {
        lock (gate)
        {
            if (failures >= MostFailures)
                log.LimitsAreShared();
            failures = 0;
        }
    }

    private readonly record struct Answer<T>(T Value);
}
