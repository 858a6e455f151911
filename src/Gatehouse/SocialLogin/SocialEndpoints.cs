using Gatehouse.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.SocialLogin;

/// <summary>The routes of social login. A provider that isn't in the settings is not there: 404.</summary>
internal static class SocialEndpoints
{
    public static void MapSocialLogin(this IEndpointRouteBuilder routes)
    {
        var social = routes.MapGroup("/api/auth/{provider}").WithTags("Social login");
        social.MapGet("/login", BeginLogin.Handle).ForPage(LimitName.LoginSource, LimitName.Invite)
            .Produces(StatusCodes.Status302Found).WithSummary("Sends the browser to a provider, to log in there.");
        social.MapGet("/callback", Callback.Handle).ForPage(LimitName.Link, LimitName.SignUp)
            .WithSummary("Where the provider sends the browser back to: makes the session, and leads on.");
        social.MapPost("/link", MatchIdentity.Handle).Takes<MatchRequest>().For(Access.Anyone, LimitName.LoginSource, LimitName.Login)
            .WithSummary("Links the identity that came with an account's address to it, by the account's password.");
    }
}
