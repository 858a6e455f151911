using Gatehouse.Accounts;
using Gatehouse.Http;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SignUp;

/// <summary>Asks for the verification mail again. The answer tells nothing: known or not, mailed or throttled.</summary>
internal static class Resend
{
    public static async Task<IResult> Handle(HttpContext http, SignUpServices services, CancellationToken cancellationToken)
    {
        var (request, problem) = await JsonBody.ReadAsync(http, SignUpJson.Default.ResendRequest, cancellationToken);
        return problem ?? await HandleAsync(http, request!.Email, services, cancellationToken) ?? SignUp.Accepted;
    }

    public static async Task<Problem?> HandleAsync(
        HttpContext http, string text, SignUpServices services, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(text, out var email))
            return Problems.InvalidInput("email", "error.email");
        if (await services.Limiter.TryTakeAsync(LimitName.Mail, http.SourceKey(), cancellationToken) is { } wait)
            return Problems.TooManyRequests(wait);
        await services.Database.TransactAsync(
            db => services.Outbox.EnqueueAsync(db, ResendMail.Kind, null, email.Key), cancellationToken);
        services.Outbox.Wake();
        return null;
    }
}
