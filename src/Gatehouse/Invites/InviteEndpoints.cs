using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.Invites;

/// <summary>Looking at an invite. Making and revoking is the operator's, by the command line.</summary>
internal static class InviteEndpoints
{
    public static void MapInvites(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/auth/invites/{token}", Look).For(Access.Anyone, LimitName.Invite).WithTags("Sign-up")
            .WithSummary("Tells whether an invite can be used; doesn't use it.");

    private static async Task<IResult> Look(
        HttpContext http, string token, Database database, RateLimiter limiter, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var source = http.SourceKey();
        if (await limiter.PeekAsync(LimitName.Invite, source, cancellationToken) is { } wait)
            return Problems.TooManyRequests(wait);
        if (SecretToken.Parse(token) is { } parsed && await database.ReadAsync(
            db => InviteStore.LookAtAsync(db, parsed, clock.NowMicros()), cancellationToken) is { } invite)
        {
            return new JsonAnswer(Describe(invite));
        }
        await limiter.TryTakeAsync(LimitName.Invite, source, cancellationToken);
        return Problems.NotFound();
    }

    private static byte[] Describe(Invite invite)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteBoolean("valid", true);
            json.WriteString("email", invite.Email);
            json.WriteString("expires_at", UnixMicros.ToRfc3339(invite.ExpiresAt));
        });
    }
}
