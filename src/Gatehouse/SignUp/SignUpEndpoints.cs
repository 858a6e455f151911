using Gatehouse.Accounts;
using Gatehouse.Http;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.SignUp;

/// <summary>The routes of sign-up and verification.</summary>
internal static class SignUpEndpoints
{
    public static void MapSignUp(this IEndpointRouteBuilder routes, bool forApiClients)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Sign-up");
        auth.MapPost("/signup", SignUp.Handle).Takes<SignUpRequest>().For(Access.Anyone, LimitName.SignUp, LimitName.Address)
            .Produces(StatusCodes.Status202Accepted).WithSummary("Signs up; the answer is the same for every address.");
        auth.MapGet("/usernames/{name}", IsFree).For(Access.Anyone, LimitName.Lookup)
            .WithSummary("Tells whether a username is free.");
        auth.MapPost("/mail/verify", Resend.Handle).Takes<ResendRequest>().For(Access.Anyone, LimitName.Mail, LimitName.Address)
            .Produces(StatusCodes.Status202Accepted).WithSummary("Sends the verification mail again; the answer is the same for every address.");
        auth.MapGet("/mail/verify/{token}", Verify.Look).For(Access.Anyone, LimitName.Link)
            .WithSummary("Looks at a verification link and changes nothing.");
        auth.MapPost("/mail/verify/{token}", Verify.Handle).Takes<VerifyRequest>().For(Access.Anyone, LimitName.Link, LimitName.Login)
            .WithSummary("Verifies the account with the password of its sign-up; makes the first user and a session.");
        auth.MapPost("/confirm_account", Verify.HandleConfirm).Takes<ConfirmAccountRequest>().For(Access.Anyone, LimitName.Link)
            .WithSummary("Verifies the account without a password or session, where Verification:AskPassword is false.");
        if (!forApiClients)
            return;
        routes.MapPost("/account/register", SignUp.Handle).Takes<SignUpRequest>()
            .For(Access.Anyone, LimitName.SignUp, LimitName.Address).WithTags("API clients")
            .Produces(StatusCodes.Status202Accepted).WithSummary("Signs up, for API clients; a token comes after verification only.");
    }

    private static async Task<IResult> IsFree(
        HttpContext http, string name, SignUpServices services, CancellationToken cancellationToken)
    {
        if (await services.Limiter.TryTakeAsync(LimitName.Lookup, http.SourceKey(), cancellationToken) is { } wait)
            return Problems.TooManyRequests(wait);
        if (services.Rules.ParseUsername(name) is not { } username)
            return Problems.InvalidInput("username", "error.username");
        var free = await services.Database.ReadAsync(
            db => UsernameHolds.IsFreeAsync(db, username.Key, services.Clock.NowMicros()), cancellationToken);
        return new JsonAnswer(JsonBytes.Object(json =>
        {
            json.WriteString("username", username.Text);
            json.WriteBoolean("available", free);
        }));
    }
}
