using Gatehouse.Configuration;

namespace Gatehouse.Http;

/// <summary>
/// Promises: of any number of callers at once, on any number of nodes, no more than the rule's permits get through in any
/// window; check and count are one step, taken before the work they guard (GH-SEC-046, 054). Keys are digests or
/// addresses, never a secret. Where they are counted is the <see cref="LimitStore"/>'s business.
/// </summary>
internal sealed class RateLimiter(GatehouseSettings settings, LimitStore store)
{
    private const int NetworkFactor = 10; // an IPv6 network has as many permits as ten customers in it (GH-SEC-043)
    private readonly WaitingLines lines = new();

    /// <returns>Null when a permit was taken, else how long until the next one is free.</returns>
    public async ValueTask<TimeSpan?> TryTakeAsync(LimitName name, string key, CancellationToken cancellationToken) =>
        settings.RateLimits.Enabled ? await TakeAsync(BudgetOf(name, key), cancellationToken) : null;

    /// <summary>The same for a source, and then for its network: a source that is full uses up none of that.</summary>
    public async ValueTask<TimeSpan?> TryTakeAsync(LimitName name, Source source, CancellationToken cancellationToken)
    {
        if (!settings.RateLimits.Enabled)
            return null;
        return await TakeAsync(BudgetOf(name, source.Key), cancellationToken)
            ?? (source.Network is { } network ? await TakeAsync(NetworkBudgetOf(name, network), cancellationToken) : null);
    }

    /// <summary>Whether a permit is free; takes none.</summary>
    public async ValueTask<TimeSpan?> PeekAsync(LimitName name, Source source, CancellationToken cancellationToken)
    {
        if (!settings.RateLimits.Enabled)
            return null;
        cancellationToken.ThrowIfCancellationRequested();
        return await store.PeekAsync(BudgetOf(name, source.Key))
            ?? (source.Network is { } network ? await store.PeekAsync(NetworkBudgetOf(name, network)) : null);
    }

    /// <summary>
    /// Begins something that counts only if it fails, like a password check. While others that began before it could
    /// still use up the budget it waits for them: so guesses sent at once get no more than the budget, and right
    /// passwords sent at once are all let through.
    /// </summary>
    public async Task<Attempt> BeginAsync(LimitName name, string key, CancellationToken cancellationToken)
    {
        if (!settings.RateLimits.Enabled)
            return Attempt.Uncounted;
        var budget = BudgetOf(name, key);
        using var turn = await lines.EnterAsync(budget.Id, cancellationToken);
        while (true)
        {
            if (await store.TryBeginAsync(budget) is not { } attempt)
                await turn.WaitForAnEndAsync(cancellationToken);
            else if (attempt.Wait is not null)
                return attempt;
            else
                return new Attempt(outcome => EndAsync(attempt, budget, outcome), null);
        }
    }

    /// <summary>Forgets what failed: the one it counts against has proved by another way who they are.</summary>
    public Task ForgiveAsync(LimitName name, string key) =>
        settings.RateLimits.Enabled ? store.ForgiveAsync(BudgetOf(name, key)) : Task.CompletedTask;

    /// <summary>One at a time under each budget: a flood on one key takes one of the store's connections, not all.</summary>
    private async Task<TimeSpan?> TakeAsync(Budget budget, CancellationToken cancellationToken)
    {
        using var turn = await lines.EnterAsync(budget.Id, cancellationToken);
        return await store.TryTakeAsync(budget);
    }

    private async Task<AttemptEnd> EndAsync(Attempt attempt, Budget budget, AttemptOutcome outcome)
    {
        var end = await attempt.EndAsync(outcome);
        lines.Ended(budget.Id);
        return end;
    }

    private Budget BudgetOf(LimitName name, string key) => new(name, key, settings.RateLimits.Rules[name]);

    private Budget NetworkBudgetOf(LimitName name, string network)
    {
        var rule = settings.RateLimits.Rules[name];
        return new(name, network, rule with { Permits = rule.Permits * NetworkFactor });
    }
}
