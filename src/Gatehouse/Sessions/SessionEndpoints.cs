using Gatehouse.Http;
using Gatehouse.Storage;
using Gatehouse.Tokens;
using Gatehouse.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.Sessions;

/// <summary>The routes of sessions and access tokens: one line each, with who may call it and what it draws on.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Sessions");
        auth.MapPost("/login", LogIn.Handle).Takes<LogInRequest>().For(Access.Anyone, LimitName.LoginSource, LimitName.Login)
            .WithSummary("Logs in with a password; an empty object asks for the live session.");
        auth.MapGet("/session", Get).For(Access.Session)
            .WithSummary("Answers the session.");
        auth.MapPatch("/session", SelectUser.Handle).Takes<SelectUserRequest>().For(Access.Session)
            .WithSummary("Selects a user of the account; null leaves the user.");
        auth.MapDelete("/session", LogOut.Handle).For(Access.Anyone)
            .WithSummary("Logs out; also without a session.");
        auth.MapPost("/logout", LogOut.Handle).For(Access.Anyone)
            .WithSummary("Logs out; also without a session.");
        auth.MapPost("/reset", LogOut.Reset).WithMetadata(new EndpointRules(Access.Anyone, []) { CrossOriginAllowed = true })
            .WithSummary("Logs out from any site, for a browser whose cookies are in the way.");
        auth.MapGet("/info", Info).For(Access.Anyone)
            .WithSummary("Answers the global: what a page knows of the visitor, guests too.");
        auth.MapGet("/check", Check).For(Access.Session)
            .Produces(StatusCodes.Status204NoContent).WithSummary("Tells a reverse proxy whose session it is, in headers.");
        auth.MapPost("/token", IssueToken).For(Access.Session)
            .WithSummary("Issues an access token for the session in hand.");

        var account = routes.MapGroup("/account").WithTags("API clients");
        account.MapPost("/login", LogIn.HandleToken).Takes<LogInRequest>().For(Access.Anyone, LimitName.LoginSource, LimitName.Login)
            .WithSummary("Logs in with a password; the session comes in an access token, without a cookie.");
        account.MapGet("", GetAccount).For(Access.Session)
            .WithSummary("Answers who the session belongs to: identity, no settings.");
        routes.MapGet("/.well-known/jwks.json", GetKeys).For(Access.Anyone).WithTags("API clients")
            .WithSummary("The public keys that access tokens are verified with.");
    }

    /// <summary>The hot path: no claims principal, no ticket; bytes made once per session.</summary>
    private static async Task<IResult> Get(HttpContext http, Authenticator authenticator, CancellationToken cancellationToken)
    {
        var (session, problem) = await authenticator.RequireAsync(http, cancellationToken);
        return problem ?? (IResult)new JsonAnswer(session!.ToJson());
    }

    private static async Task<IResult> Info(
        HttpContext http, Authenticator authenticator, SessionAnswers answers, CancellationToken cancellationToken) =>
        await authenticator.AuthenticateAsync(http, cancellationToken) switch
        {
            Caller.Refused => Problems.InvalidToken(),
            Caller.Known known => await answers.GlobalAsync(http, known.Session, cancellationToken),
            _ => await answers.GlobalAsync(http, null, cancellationToken),
        };

    private static async Task<IResult> Check(HttpContext http, Authenticator authenticator, CancellationToken cancellationToken)
    {
        var (session, problem) = await authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        http.Response.Headers["X-Account-Id"] = session!.AccountId;
        if (session.UserId is not null)
            http.Response.Headers["X-User-Id"] = session.UserId;
        http.Response.Headers.CacheControl = "no-store";
        return Results.NoContent();
    }

    private static async Task<IResult> IssueToken(
        HttpContext http, Authenticator authenticator, SessionAnswers answers, CancellationToken cancellationToken)
    {
        var (session, problem) = await authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        answers.AttachToken(http, session!);
        return JsonAnswer.Empty;
    }

    private static async Task<IResult> GetAccount(
        HttpContext http, Authenticator authenticator, Database database, CancellationToken cancellationToken)
    {
        var (session, problem) = await authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var users = await database.ReadAsync(db => UserStore.ListAsync(db, session!.AccountId), cancellationToken);
        return new JsonAnswer(UserJson.WriteAccount(session!, users));
    }

    private static IResult GetKeys(HttpContext http, SigningKeys keys)
    {
        http.Response.Headers.CacheControl = $"public, max-age={JsonWebKeySet.CacheSeconds}";
        return Results.Bytes(keys.Ring.JsonWebKeySet, "application/jwk-set+json; charset=utf-8");
    }
}
