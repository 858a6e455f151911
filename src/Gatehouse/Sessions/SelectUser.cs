using Gatehouse.Http;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

/// <summary>Who is it today? The session stays the same, its user is another one.</summary>
internal static class SelectUser
{
    public static async Task<IResult> Handle(
        HttpContext http, Authenticator authenticator, SessionStore sessions, CancellationToken cancellationToken)
    {
        var (session, problem) = await authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var (request, unfit) = await JsonBody.ReadAsync(http, SessionJson.Default.SelectUserRequest, cancellationToken);
        if (unfit is not null)
            return unfit;
        var (changed, refused) = await HandleAsync(session!, request!.UserId, sessions, cancellationToken);
        if (refused is not null)
            return refused;
        Authenticator.Follow(http, changed);
        return new JsonAnswer(changed!.ToJson());
    }

    public static async Task<(Session? Session, Problem? Problem)> HandleAsync(
        Session session, string? userId, SessionStore sessions, CancellationToken cancellationToken) =>
        await sessions.SelectUserAsync(session, userId, cancellationToken) is { } changed
            ? (changed, null)
            : (null, Problems.NotFound());
}
