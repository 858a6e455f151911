using Gatehouse.Http;
using Gatehouse.Jlinx.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.Jlinx;

/// <summary>The routes of identities of one's own.</summary>
internal static class JlinxEndpoints
{
    public const string AccountsPath = "/api/auth/jlinx/accounts";

    public static void MapJlinx(this IEndpointRouteBuilder routes)
    {
        var jlinx = routes.MapGroup("/api/auth/jlinx").WithTags("JLINX");
        jlinx.MapPost("/signup", Offer.Handle).Takes<JlinxSignUpRequest>()
            .For(Access.Anyone, LimitName.SignUp, LimitName.Invite)
            .WithSummary("Begins a sign-up: a ticket for this browser, and the document that the customer's program takes.");
        routes.MapPost(AccountsPath, NameAccount.Handle).WithTags("JLINX").Takes<NameAccountRequest>()
            .WithMetadata(new EndpointRules(Access.Anyone, [LimitName.Lookup]) { CrossOriginAllowed = true })
            .Produces(StatusCodes.Status202Accepted)
            .WithSummary("Where a customer's program says which document it made: a hint, and no more.");
        jlinx.MapPost("/signup/{ticket}", NameAccount.HandlePasted).Takes<NameAccountRequest>()
            .For(Access.Anyone, LimitName.Lookup).Produces(StatusCodes.Status202Accepted)
            .WithSummary("The customer pastes the id of that document instead.");
        jlinx.MapPost("/login", AskToLogIn.Handle).Takes<JlinxLogInRequest>().For(Access.Anyone, LimitName.LoginSource)
            .WithSummary("Asks the owner of an account to let this browser in; the answer is the same for unknown ones.");
        jlinx.MapGet("/tickets/{ticket}", TicketAnswer.Handle).For(Access.Anyone)
            .WithSummary("What came of a ticket, waiting up to 30 seconds for it; once approved, the session and its cookie.");
        routes.MapGet(ReplicationEndpoint.Path, (HttpContext http, ReplicationEndpoint endpoint, CancellationToken cancellationToken) =>
                endpoint.Handle(http, cancellationToken))
            .WithTags("JLINX").For(Access.Anyone).WithSummary("A WebSocket that replicates documents (hypercore).");
        routes.MapGet("/.well-known/did.json", (DocumentServer documents) => (IResult)new DidAnswer(documents.Did!.Json))
            .WithTags("JLINX").For(Access.Anyone).WithSummary("The server's own DID document.");
        routes.MapGet(WellKnown.Path, (DocumentServer documents) => (IResult)new DidAnswer(documents.Did!.WellKnown.Encode()))
            .WithTags("JLINX").For(Access.Anyone).WithSummary("Which Did speaks for this origin, and where it is reached.");
    }

    /// <summary>Public, and the same for everybody.</summary>
    private sealed class DidAnswer(byte[] utf8) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = "application/json; charset=utf-8";
            response.Headers.CacheControl = "public, max-age=300";
            response.Headers.AccessControlAllowOrigin = "*";
            response.ContentLength = utf8.Length;
            return response.Body.WriteAsync(utf8, httpContext.RequestAborted).AsTask();
        }
    }
}
