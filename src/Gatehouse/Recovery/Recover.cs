using System.Text.Json.Serialization;
using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Links;
using Gatehouse.Mail;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.Recovery;

// Promises: asking tells nothing about the address and costs the same for every one. A reset is one transaction: link
// used, password set, every session, token and other reset link of the account ended, the owner told. A new password that
// is refused leaves the link as it was. Must never log anybody in: who resets goes to the login page.

/// <summary>A forgotten password: ask for a link, use it.</summary>
internal static class Recover
{
    public static IResult Accepted => SignUp.SignUp.Accepted;

    public static IResult Changed { get; } = new JsonAnswer("""{"status":"password_changed"}"""u8.ToArray());

    public static async Task<IResult> Ask(HttpContext http, RecoveryServices services, CancellationToken cancellationToken)
    {
        var (request, problem) = await JsonBody.ReadAsync(http, RecoveryJson.Default.RecoverRequest, cancellationToken);
        if (problem is not null)
            return problem;
        return (request!.Email ?? request.Username) is { } name
            ? await AskAsync(http, name, services, cancellationToken) ?? Accepted
            : Problems.Missing("email");
    }

    public static async Task<Problem?> AskAsync(
        HttpContext http, string name, RecoveryServices services, CancellationToken cancellationToken)
    {
        var key = EmailAddress.TryParse(name, out var email) ? email.Key : services.Rules.ParseUsername(name)?.Key;
        if (key is null)
            return Problems.InvalidInput("email", "error.email_or_username");
        if (await services.Limiter.TryTakeAsync(LimitName.Mail, http.SourceKey(), cancellationToken) is { } wait)
            return Problems.TooManyRequests(wait);
        await services.Database.TransactAsync(
            db => services.Outbox.EnqueueAsync(db, RecoveryMail.Kind, null, key), cancellationToken);
        services.Outbox.Wake();
        return null;
    }

    public static async Task<IResult> Look(
        HttpContext http, string token, RecoveryServices services, CancellationToken cancellationToken)
    {
        var (_, _, problem) = await FindAsync(http, token, services, cancellationToken);
        return problem ?? (IResult)new JsonAnswer("""{"valid":true}"""u8.ToArray());
    }

    public static async Task<IResult> Reset(
        HttpContext http, string token, RecoveryServices services, CancellationToken cancellationToken)
    {
        var (request, problem) = await JsonBody.ReadAsync(http, RecoveryJson.Default.ResetRequest, cancellationToken);
        return problem ?? await ResetAsync(http, token, request!.Password, services, cancellationToken) ?? Changed;
    }

    public static async Task<Problem?> ResetAsync(
        HttpContext http, string text, string newPassword, RecoveryServices services, CancellationToken cancellationToken)
    {
        var (token, account, problem) = await FindAsync(http, text, services, cancellationToken);
        if (problem is not null)
            return problem;
        var email = EmailAddress.TryParse(account!.Email, out var address) ? address : null;
        var (password, weak) = services.Rules.ParseNewPassword(
            newPassword, email, services.Rules.ParseUsername(account.Username));
        if (weak is not null)
            return weak;
        var hash = await services.Credentials.HashAsync(password!, cancellationToken);
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var done = await services.Database.TransactAsync(async db =>
        {
            await AccountStore.LockAsync(db, account.Id);
            var now = services.Clock.NowMicros();
            if (await FindAccountAsync(db, token!, now) is null
                || await OneTimeLinks.ConsumeAsync(db, LinkPurpose.ResetPassword, token!, now) is not { } link
                || !await AccountStore.SetPasswordAsync(db, link.AccountId, hash))
            {
                return false;
            }
            await OneTimeLinks.DiscardAsync(db, LinkPurpose.ResetPassword, link.AccountId);
            await SessionStore.RevokeAllAsync(db, link.AccountId, exceptId: null);
            await EmailChanges.DiscardAsync(db, link.AccountId);
            await Identities.DiscardOlderThanTheAddressAsync(db, link.AccountId);
            await services.Outbox.EnqueueAsync(db, PasswordChangedMail.Kind, link.AccountId, link.SentTo);
            await SecurityEvents.RecordAsync(db, services.Clock, link.AccountId, SecurityEventTypes.PasswordReset, origin);
            return true;
        }, cancellationToken);
        if (!done)
            return Problems.LinkInvalid();
        await services.Sessions.SettleAsync();
        services.Outbox.Wake();
        // The mailbox proved the owner: whatever strangers tried, this browser may log in now (GH-SEC-049).
        await services.Credentials.ForgiveAsync(account.EmailKey!);
        services.Device.Remember(http, account.Id);
        return null;
    }

    /// <summary>The account behind a reset link; wrong links count against their source.</summary>
    public static async Task<(SecretToken? Token, Account? Account, Problem? Problem)> FindAsync(
        HttpContext http, string text, RecoveryServices services, CancellationToken cancellationToken)
    {
        var source = http.SourceKey();
        if (await services.Limiter.PeekAsync(LimitName.Link, source, cancellationToken) is { } wait)
            return (null, null, Problems.TooManyRequests(wait));
        if (SecretToken.Parse(text) is { } token && await services.Database.ReadAsync(
            db => FindAccountAsync(db, token, services.Clock.NowMicros()), cancellationToken) is { } account)
        {
            return (token, account, null);
        }
        await services.Limiter.TryTakeAsync(LimitName.Link, source, cancellationToken);
        return (null, null, Problems.LinkInvalid());
    }

    private static async Task<Account?> FindAccountAsync(Db db, SecretToken token, long now) =>
        await OneTimeLinks.LookAtAsync(db, LinkPurpose.ResetPassword, token, now) is { } link
        && await AccountStore.FindAsync(db, link.AccountId) is { } account
        && account.EmailKey == link.SentTo // one made while the address changed hands may have been missed by that
            ? account
            : null;
}

/// <summary>The routes of recovery, under both generations' paths.</summary>
internal static class RecoveryEndpoints
{
    public static void MapRecovery(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Recovery");
        auth.MapPost("/passwd", Recover.Ask).Takes<RecoverRequest>().For(Access.Anyone, LimitName.Mail, LimitName.Address)
            .Produces(StatusCodes.Status202Accepted).WithSummary("Mails a reset link; the answer is the same for every address.");
        auth.MapPost("/passwd/reset", Recover.Ask).Takes<RecoverRequest>().For(Access.Anyone, LimitName.Mail, LimitName.Address)
            .Produces(StatusCodes.Status202Accepted).WithSummary("Another path for /api/auth/passwd.");
        auth.MapGet("/passwd/{token}", Recover.Look).For(Access.Anyone, LimitName.Link)
            .WithSummary("Looks at a reset link and changes nothing.");
        auth.MapPost("/passwd/{token}", Recover.Reset).Takes<ResetRequest>().For(Access.Anyone, LimitName.Link)
            .WithSummary("Sets a new password with a reset link and ends every session.");
        auth.MapPost("/passwd/reset/{token}", Recover.Reset).Takes<ResetRequest>().For(Access.Anyone, LimitName.Link)
            .WithSummary("Another path for /api/auth/passwd/{token}.");
    }
}

/// <summary>What recovery works with.</summary>
internal sealed record RecoveryServices(
    Database Database, GatehouseSettings Settings, AccountRules Rules, Credentials Credentials, RateLimiter Limiter,
    Outbox Outbox, SessionStore Sessions, DeviceCookie Device, TimeProvider Clock);

internal sealed record RecoverRequest
{
    public string? Email { get; init; }

    public string? Username { get; init; }
}

internal sealed record ResetRequest
{
    public required string Password { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 16)]
[JsonSerializable(typeof(RecoverRequest))]
[JsonSerializable(typeof(ResetRequest))]
internal sealed partial class RecoveryJson : JsonSerializerContext;
