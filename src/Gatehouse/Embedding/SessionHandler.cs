using System.Text.Encodings.Web;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Pages;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gatehouse.Embedding;

/// <summary>
/// The authentication scheme for the application's own endpoints, over the one <see cref="Authenticator"/>. Promises:
/// who it authenticates has a live session; a cookie proves nothing in a request that another site may have forged; when
/// the store can't tell, a guarded endpoint answers 503 and the cookie stays. Leaves the endpoints of ours alone: they
/// ask for themselves, and need no principal.
/// </summary>
internal sealed class SessionHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder,
    Authenticator authenticator, GatehouseSettings settings, ServedFeatures served)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private Problem? refusal; // of what this request presented; a handler lives as long as its request

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.GetEndpoint()?.Metadata.GetMetadata<EndpointRules>() is not null)
            return AuthenticateResult.NoResult();
        try
        {
            return await authenticator.AuthenticateAsync(Context, Context.RequestAborted) switch
            {
                Caller.Known { ByToken: false } when !CrossOriginCheck.Passes(Request, settings) =>
                    Refuse(Problems.CrossOrigin()),
                Caller.Known known => AuthenticateResult.Success(TicketFor(known.Session)),
                Caller.Refused => Refuse(Problems.InvalidToken()),
                _ => AuthenticateResult.NoResult(),
            };
        }
        catch (StoreUnavailableException exception)
        {
            // What everybody may see goes on being seen; what is guarded is refused with the 503 below.
            Logger.CallerUnknown(exception.InnerException ?? exception);
            return Refuse(Problems.Unavailable());
        }
    }

    /// <summary>Log in first: a browser that opens an address is led there, anybody else is told.</summary>
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await HandleAuthenticateOnceSafeAsync(); // with another default scheme nobody has asked us yet
        var problem = refusal ?? Problems.Unauthenticated();
        if (problem.Status != StatusCodes.Status401Unauthorized || !IsForPeople())
        {
            await AnswerAsync(problem);
            return;
        }
        var target = ReturnPath.Parse(properties.RedirectUri ?? OwnPath());
        await new SeeOther(target.After(LogInPage.Path)).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        AnswerAsync(Problems.Forbidden());

    private AuthenticateResult Refuse(Problem problem)
    {
        refusal = problem;
        return AuthenticateResult.Fail(problem.Code);
    }

    private AuthenticationTicket TicketFor(Session session) => new(
        SessionPrincipal.Of(session),
        new AuthenticationProperties
        {
            IssuedUtc = UnixMicros.ToTime(session.CreatedAt),
            ExpiresUtc = UnixMicros.ToTime(session.ExpiresAt),
        },
        Scheme.Name);

    private async Task AnswerAsync(Problem problem)
    {
        if (Response.HasStarted)
            return; // another scheme of the same policy has answered
        var asPage = IsForPeople();
        SecurityHeaders.Apply(Context, asPage);
        await problem.AnswerAsync(Context, asPage);
    }

    private string OwnPath() =>
        Request.PathBase.Add(Request.Path).ToUriComponent() + Request.QueryString.ToUriComponent();

    /// <summary>Browsers say that they navigate; older ones and readers of HTML name it in what they accept.</summary>
    private bool IsForPeople()
    {
        if (!served.Have(GatehouseFeatures.Pages) || Request.Headers.Authorization.Count > 0)
            return false;
        if (!HttpMethods.IsGet(Request.Method) && !HttpMethods.IsHead(Request.Method))
            return false;
        var mode = Request.Headers["Sec-Fetch-Mode"];
        return mode.Count > 0
            ? mode == "navigate"
            : Request.Headers.Accept.Any(accept => accept?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true);
    }
}
