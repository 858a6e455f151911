namespace Gatehouse.Http;

/// <summary>
/// Something begun under a budget of failures. Refused when <see cref="Wait"/> is set; otherwise it must be ended once.
/// </summary>
internal sealed class Attempt(Func<AttemptOutcome, Task<AttemptEnd>>? end, TimeSpan? wait)
{
    private int ended;

    public static Attempt Uncounted { get; } = new(null, null);

    /// <summary>How long the caller has to wait; null: go on.</summary>
    public TimeSpan? Wait => wait;

    public static Attempt Refused(TimeSpan wait) => new(null, wait);

    /// <summary>Isn't cancelled: a guess that was evaluated is counted, whoever has gone meanwhile.</summary>
    public Task<AttemptEnd> EndAsync(AttemptOutcome outcome) =>
        end is not null && Interlocked.Exchange(ref ended, 1) == 0 ? end(outcome) : Task.FromResult(default(AttemptEnd));
}

internal enum AttemptOutcome
{
    /// <summary>Neither: it was not done.</summary>
    Abandoned,
    Failed,
    Succeeded,
}

/// <param name="FailuresBefore">Those in a row before this one.</param>
/// <param name="Exhausted">This failure used the budget up: the next one has to wait.</param>
internal readonly record struct AttemptEnd(int FailuresBefore, bool Exhausted);
