using System.Diagnostics;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Security.Passwords;

namespace Gatehouse.Accounts;

/// <summary>
/// The one place that checks a password, whatever asks: login, verification, users, settings. Promises: an unknown
/// account costs what a known one costs; failures are counted over all these paths, before hashing, so that any number of
/// guesses at once get no more than the budget; what is right isn't counted; what is wrong is on the owner's record.
/// </summary>
internal sealed class Credentials(PasswordHasher hasher, RateLimiter limiter, FailedChecks failures, GuessingWatch watch)
{
    /// <param name="account">Null when there is none: then the answer is Wrong, at the usual cost.</param>
    /// <param name="counter">
    /// What failures are counted by: the account's address, what was entered in its place, or a device that has been in
    /// the account before and isn't held off by the failures of strangers.
    /// </param>
    public async Task<CredentialCheck> CheckAsync(
        Account? account, string counter, PresentedPassword password, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var attempt = await limiter.BeginAsync(LimitName.Login, counter, cancellationToken);
        if (attempt.Wait is { } wait)
        {
            GatehouseMeter.PasswordChecked("blocked");
            return new CredentialCheck.Blocked(wait);
        }
        PasswordVerdict verdict;
        var outcome = AttemptOutcome.Abandoned; // a full queue or a customer who left is neither failure nor success
        AttemptEnd end;
        var began = Stopwatch.GetTimestamp();
        using var activity = GatehouseMeter.Begin("gatehouse.password.check");
        try
        {
            var stored = PasswordHash.TryParse(account?.PasswordHash, out var hash) ? hash : null;
            verdict = await hasher.VerifyAsync(stored, password.Reveal(), cancellationToken);
            outcome = verdict == PasswordVerdict.Wrong ? AttemptOutcome.Failed : AttemptOutcome.Succeeded;
        }
        finally
        {
            end = await attempt.EndAsync(outcome);
        }
        GatehouseMeter.PasswordTook(Stopwatch.GetElapsedTime(began));
        GatehouseMeter.PasswordChecked(verdict == PasswordVerdict.Wrong ? "wrong" : "right");
        if (verdict == PasswordVerdict.Wrong || account is null)
        {
            watch.Wrong(password, counter);
            failures.Note(account, origin, end.Exhausted);
            return new CredentialCheck.Wrong();
        }
        var renewed = verdict == PasswordVerdict.RightButOutdated
            ? (await hasher.HashAsync(password.Reveal(), cancellationToken)).Format()
            : null;
        return new CredentialCheck.Right(account, renewed, end.FailuresBefore);
    }

    /// <summary>Forgets the account's failures: a mailed link has proved its owner.</summary>
    public Task ForgiveAsync(string counter) => limiter.ForgiveAsync(LimitName.Login, counter);

    public async Task<string> HashAsync(NewPassword password, CancellationToken cancellationToken) =>
        (await hasher.HashAsync(password.Reveal(), cancellationToken)).Format();
}

internal abstract record CredentialCheck
{
    private CredentialCheck()
    {
    }

    public sealed record Wrong : CredentialCheck;

    /// <param name="Wait">Until the next try is allowed.</param>
    public sealed record Blocked(TimeSpan Wait) : CredentialCheck;

    /// <param name="RenewedHash">The same password under today's parameters; null when it is already.</param>
    /// <param name="FailuresBefore">Wrong passwords in a row before this right one.</param>
    public sealed record Right(Account Account, string? RenewedHash, int FailuresBefore) : CredentialCheck;

    /// <summary>The refusal to answer with; null when the credentials are right.</summary>
    public Problem? ToProblem() => this switch
    {
        Blocked blocked => Problems.TooManyRequests(blocked.Wait),
        Wrong => Problems.InvalidCredentials(),
        _ => null,
    };
}
