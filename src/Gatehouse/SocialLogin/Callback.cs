using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin.Providers;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SocialLogin;

// Promises: of what a provider's answer carries nothing is believed before the flow it belongs to is used up, once, by the
// browser that began it; and nothing of the profile before the provider itself has confirmed it. Whatever goes wrong ends
// at one page, without a session. Must never: follow, store or show anything that came in the address.

/// <summary>Takes a provider's answer, and does what the login was begun for.</summary>
internal static class Callback
{
    private const int MostCode = 4096;

    public static async Task<IResult> Handle(
        HttpContext http, string provider, SocialServices services, CancellationToken cancellationToken)
    {
        if (services.Providers.Find(provider) is not { } found)
            return Problems.NotFound().AsAsked(http.Request);
        var ending = await FinishAsync(http, found, services, cancellationToken);
        GatehouseMeter.SocialLoginEnded(found.Name, ending.Outcome);
        return ending.Answer;
    }

    private static async Task<Ending> FinishAsync(
        HttpContext http, IIdentityProvider provider, SocialServices services, CancellationToken cancellationToken)
    {
        var (taken, problem) = await TakeAsync(http, provider, services, cancellationToken);
        if (problem is not null)
            return Ending.Because(problem);
        var (profile, refused) = await AskAsync(provider, taken!, services, cancellationToken);
        if (refused is not null)
            return Ending.Because(refused);
        var visit = new Visit(provider, taken!.Flow, taken.Browser, profile!);
        return visit.Flow.Purpose switch
        {
            FlowPurpose.Link => await LinkIdentity.FinishAsync(http, visit, services, cancellationToken),
            FlowPurpose.Open or FlowPurpose.OpenByProgram => await FreshLogin.FinishAsync(http, visit, services, cancellationToken),
            _ => await Arrive.FinishAsync(http, visit, services, cancellationToken),
        };
    }

    /// <summary>Uses the flow up. What doesn't belong to one leaves it as it is, for the answer that does.</summary>
    private static async Task<(Taken? Taken, Problem? Problem)> TakeAsync(
        HttpContext http, IIdentityProvider provider, SocialServices services, CancellationToken cancellationToken)
    {
        var query = http.Request.Query;
        if (query.Any(parameter => parameter.Value.Count > 1)
            || SecretToken.Parse(query["state"]) is not { } state || FlowCookie.Read(http, services.Cookies) is not { } browser)
        {
            return (null, Problems.LoginExpired());
        }
        if (await services.LogIn.Limiter.PeekAsync(LimitName.Link, http.SourceKey(), cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        if (await ConsumeAsync(http, state, browser, provider, services, cancellationToken) is not { } flow)
            return (null, Problems.LoginExpired());
        if (query["error"] is [{ } error])
        {
            services.Log.ProviderRefused(provider.Name);
            // RFC 6749, 4.1.2.1; whatever else it may be called is of no use to the customer.
            return (null, error == "access_denied" ? Problems.LoginCancelled() : Problems.ProviderFailed());
        }
        return query["code"] is [{ Length: > 0 and <= MostCode } code]
            ? (new Taken(flow, browser, state, code, query["iss"]), null)
            : (null, Problems.ProviderFailed());
    }

    /// <summary>What is no flow costs a read, and counts against its source like any wrong secret.</summary>
    private static async Task<SocialFlow?> ConsumeAsync(
        HttpContext http, SecretToken state, SecretToken browser, IIdentityProvider provider, SocialServices services,
        CancellationToken cancellationToken)
    {
        var database = services.LogIn.Database;
        if (await database.ReadAsync(db => SocialFlows.IsKnownAsync(db, state, browser, provider.Name), cancellationToken))
        {
            var now = services.LogIn.Clock.NowMicros();
            return await database.TransactAsync(
                db => SocialFlows.ConsumeAsync(db, state, browser, provider.Name, now), cancellationToken);
        }
        await services.LogIn.Limiter.TryTakeAsync(LimitName.Link, http.SourceKey(), cancellationToken);
        return null;
    }

    private static async Task<(ProviderProfile? Profile, Problem? Problem)> AskAsync(
        IIdentityProvider provider, Taken taken, SocialServices services, CancellationToken cancellationToken)
    {
        var (nonce, verifier) = BeginLogin.SecretsOf(taken.Browser, taken.State);
        var answer = new AuthorizationAnswer(
            taken.Code, taken.Issuer, nonce, verifier, services.Settings.UrlOf(BeginLogin.CallbackPath(provider.Name)),
            FreshSince: taken.Flow.Purpose is FlowPurpose.Open or FlowPurpose.OpenByProgram ? UnixMicros.ToSeconds(taken.Flow.CreatedAt) : null);
        using var activity = GatehouseMeter.Begin("gatehouse.social.ask");
        try
        {
            return (await provider.FinishAsync(answer, cancellationToken), null);
        }
        catch (ProviderException exception)
        {
            services.Log.ProviderFailed(provider.Name, exception.Message);
            return (null, Problems.ProviderFailed());
        }
    }

    private sealed record Taken(SocialFlow Flow, SecretToken Browser, SecretToken State, string Code, string? Issuer)
    {
        public override string ToString() => nameof(Taken);
    }
}

/// <param name="Outcome">A word for the metrics.</param>
internal sealed record Ending(IResult Answer, string Outcome)
{
    public static Ending Because(Problem problem) => new(Failed.Because(problem), problem.Code);
}

/// <summary>Somebody whom a provider has vouched for, and what they came for.</summary>
internal sealed record Visit(IIdentityProvider Provider, SocialFlow Flow, SecretToken Browser, ProviderProfile Profile)
{
    private const int MostLabel = 320; // as long as an address may be

    /// <summary>What the owner tells the identity by: plain text without surprises, or nothing.</summary>
    public string? Label => Profile.Label is { Length: <= MostLabel } label && !TextRules.HasControl(label) && !TextRules.HasLayoutControl(label)
        ? label
        : null;
}
