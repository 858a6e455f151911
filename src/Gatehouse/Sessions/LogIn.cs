using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

// Promises: unknown email, wrong password, pending account: one answer, one cost. Submitted credentials are always
// checked; each success makes a new session and ends the presented one (no fixation, no session of the wrong person).
// "Not verified yet" is told only after the right password. Must never: adopt a session id from the request.

/// <summary>An email or username and a password make a session.</summary>
internal static class LogIn
{
    public static async Task<IResult> Handle(HttpContext http, LogInServices services, CancellationToken cancellationToken)
    {
        var (request, problem) = await JsonBody.ReadAsync(http, SessionJson.Default.LogInRequest, cancellationToken);
        if (problem is not null)
            return problem;
        if (request is { Email: null, Username: null, Password: null })
            return await AnswerLiveSessionAsync(http, services, cancellationToken);
        var (issued, refused) = await HandleAsync(http, request!, SessionVia.Cookie, services, cancellationToken);
        return refused ?? services.Answers.Issue(http, issued!, note: null);
    }

    /// <summary>For API clients: the session in an access token, no cookie.</summary>
    public static async Task<IResult> HandleToken(HttpContext http, LogInServices services, CancellationToken cancellationToken)
    {
        var (request, problem) = await JsonBody.ReadAsync(http, SessionJson.Default.LogInRequest, cancellationToken);
        if (problem is not null)
            return problem;
        var (issued, refused) = await HandleAsync(http, request!, SessionVia.Token, services, cancellationToken);
        return refused ?? (IResult)services.Answers.IssueToken(http, issued!.Session);
    }

    public static async Task<(IssuedSession? Issued, Problem? Problem)> HandleAsync(
        HttpContext http, LogInRequest request, string via, LogInServices services, CancellationToken cancellationToken)
    {
        if ((request.Email ?? request.Username) is not { } name)
            return (null, Problems.Missing("email"));
        if (request.Password is null)
            return (null, Problems.Missing("password"));
        var (password, unfit) = AccountRules.ParsePresented(request.Password);
        if (unfit is not null)
            return (null, unfit);
        if (await services.Limiter.TryTakeAsync(LimitName.LoginSource, http.SourceKey(), cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        var (account, key) = await FindAsync(name, services, cancellationToken);
        var device = account is null ? null : services.Device.CounterFor(http, account.Id);
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var check = await services.Credentials.CheckAsync(account, device ?? key, password!, origin, cancellationToken);
        if (check is not CredentialCheck.Right right)
            return (null, check.ToProblem());
        if (!right.Account.IsVerified)
            return (null, Problems.AccountUnverified());
        var way = new Way(via, origin, ByDevice: device is not null)
        {
            UserId = request.UserId,
            RenewedHash = right.RenewedHash,
            FailuresBefore = right.FailuresBefore,
        };
        return await SessionStart.IssueAsync(http, right.Account, way, services, cancellationToken);
    }

    /// <summary>Seed 002: who is logged in already and submits nothing gets the session they have.</summary>
    private static async Task<IResult> AnswerLiveSessionAsync(
        HttpContext http, LogInServices services, CancellationToken cancellationToken) =>
        await services.Authenticator.AuthenticateAsync(http, cancellationToken) switch
        {
            Caller.Known known => new JsonAnswer(known.Session.ToJson()),
            Caller.Refused => Problems.InvalidToken(),
            _ => Problems.Missing("email"),
        };

    /// <summary>
    /// The account that the name means, and what its failures are counted by: one counter for all its names. A pending
    /// sign-up is looked at only where the address has no account, and only the newest.
    /// </summary>
    private static async Task<(Account? Account, string Key)> FindAsync(
        string name, LogInServices services, CancellationToken cancellationToken)
    {
        if (EmailAddress.TryParse(name, out var email))
        {
            return (await services.Database.ReadAsync(
                db => AccountStore.FindForLogInAsync(db, email), cancellationToken), email.Key);
        }
        if (services.Rules.ParseUsername(name) is not { } username)
            return (null, "?" + name.Length); // can't be anybody's; the guard against memory filled with nonsense
        var account = await services.Database.ReadAsync(
            db => AccountStore.FindVerifiedByUsernameAsync(db, username.Key), cancellationToken);
        return (account, account?.EmailKey ?? username.Key);
    }
}
