namespace Gatehouse;

/// <summary>
/// Is told what happened to an account, after it is durable. Register any number, singleton or scoped: each telling has a
/// scope of its own. A telling is at least once and in no promised order; one that throws, or takes longer than 30
/// seconds, is told again to every listener, later and later for a day, and is then given up with a log entry. What
/// happens in a process without listeners is told to nobody.
/// </summary>
public interface IGatehouseListener
{
    /// <summary>An account's address was proven; from now on it can log in.</summary>
    Task AccountVerifiedAsync(AccountVerified verified, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Credentials were right and a session was made, by any way in.</summary>
    Task SessionStartedAsync(SessionStarted started, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>An account is gone, with its users and sessions. Unverified sign-ups that are purged are not told.</summary>
    Task AccountDeletedAsync(AccountDeleted deleted, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Tells that an account was verified.</summary>
/// <param name="EventId">The same each time this is told: what a listener recognises a repetition by.</param>
/// <param name="AccountId">The account.</param>
/// <param name="At">When it happened, in UTC.</param>
public sealed record AccountVerified(string EventId, string AccountId, DateTimeOffset At);

/// <summary>Tells that a session was started. It may have ended since.</summary>
/// <param name="EventId">The same each time this is told: what a listener recognises a repetition by.</param>
/// <param name="SessionId">The session's public handle. Not a secret.</param>
/// <param name="AccountId">The account.</param>
/// <param name="UserId">The user that was selected with it; null when none was.</param>
/// <param name="Via">How it is carried: <c>cookie</c> or <c>token</c>. Later releases may add words.</param>
/// <param name="At">When it happened, in UTC.</param>
public sealed record SessionStarted(
    string EventId, string SessionId, string AccountId, string? UserId, string Via, DateTimeOffset At);

/// <summary>Tells that an account was deleted.</summary>
/// <param name="EventId">The same each time this is told: what a listener recognises a repetition by.</param>
/// <param name="AccountId">The account that was.</param>
/// <param name="At">When it happened, in UTC.</param>
public sealed record AccountDeleted(string EventId, string AccountId, DateTimeOffset At);
