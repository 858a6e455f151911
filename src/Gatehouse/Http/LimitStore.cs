namespace Gatehouse.Http;

/// <summary>
/// Where budgets are counted. Promises, whichever it is: check and count are one step that nobody comes between, on
/// however many nodes; what is over expires by itself. One that cannot be asked throws and has let nobody through.
/// </summary>
internal abstract class LimitStore
{
    /// <returns>Null when a permit was taken, else how long until the next one is free.</returns>
    public abstract Task<TimeSpan?> TryTakeAsync(Budget budget);

    /// <summary>Whether a permit is free; takes none.</summary>
    public abstract Task<TimeSpan?> PeekAsync(Budget budget);

    /// <returns>An attempt, begun or refused; null while those in flight could still use the budget up: ask again.</returns>
    public abstract Task<Attempt?> TryBeginAsync(Budget budget);

    /// <summary>Forgets what failed under the budget.</summary>
    public abstract Task ForgiveAsync(Budget budget);
}

/// <summary>What is counted together, and how much of it there may be.</summary>
/// <param name="Key">A digest, an address or a source; never a secret.</param>
internal readonly record struct Budget(LimitName Name, string Key, LimitRule Rule)
{
    /// <summary>What tells it from every other budget.</summary>
    public (LimitName, string) Id => (Name, Key);
}
