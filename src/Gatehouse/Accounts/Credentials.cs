using System.Diagnostics;
using Gatehouse.Http;
using Gatehouse.Security.Passwords;

namespace Gatehouse.Accounts;

/// <summary>
/// The one place that checks a password, whatever asks: login, verification, users, settings. Promises: an unknown
/// account costs what a known one costs; failures are counted per account over all these paths, before hashing, so that
/// any number of guesses at once get no more than the budget; what is right isn't counted.
/// </summary>
internal sealed class Credentials(PasswordHasher hasher, RateLimiter limiter)
{
    /// <param name="account">Null when there is none: then the answer is Wrong, at the usual cost.</param>
    /// <param name="name">What failures are counted by: the account's address, or what was entered in its place.</param>
    public async Task<CredentialCheck> CheckAsync(
        Account? account, string name, PresentedPassword password, CancellationToken cancellationToken)
    {
        var attempt = await limiter.BeginAsync(LimitName.Login, name, cancellationToken);
        if (attempt.Wait is { } wait)
        {
            GatehouseMeter.PasswordChecked("blocked");
            return new CredentialCheck.Blocked(wait);
        }
        var failed = false;
        var began = Stopwatch.GetTimestamp();
        PasswordVerdict verdict;
        using var activity = GatehouseMeter.Begin("gatehouse.password.check");
        try
        {
            var stored = PasswordHash.TryParse(account?.PasswordHash, out var hash) ? hash : null;
            verdict = await hasher.VerifyAsync(stored, password.Reveal(), cancellationToken);
            failed = verdict == PasswordVerdict.Wrong;
        }
        finally
        {
            attempt.End(failed); // a full queue or a customer who left is no failure of theirs
        }
        GatehouseMeter.PasswordTook(Stopwatch.GetElapsedTime(began));
        GatehouseMeter.PasswordChecked(failed ? "wrong" : "right");
        if (verdict == PasswordVerdict.Wrong || account is null)
            return new CredentialCheck.Wrong();
        var renewed = verdict == PasswordVerdict.RightButOutdated
            ? (await hasher.HashAsync(password.Reveal(), cancellationToken)).Format()
            : null;
        return new CredentialCheck.Right(account, renewed);
    }

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
    public sealed record Right(Account Account, string? RenewedHash) : CredentialCheck;

    /// <summary>The refusal to answer with; null when the credentials are right.</summary>
    public Problem? ToProblem() => this switch
    {
        Blocked blocked => Problems.TooManyRequests(blocked.Wait),
        Wrong => Problems.InvalidCredentials(),
        _ => null,
    };
}
