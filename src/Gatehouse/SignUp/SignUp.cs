using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Invites;
using Gatehouse.Security;
using Gatehouse.Storage;
using Gatehouse.Texts;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SignUp;

// Promises: a new, an unverified and a verified address get the same answer at the same cost; what is different is
// decided when the mail is composed. Each sign-up is a pending account of its own with its own password and link, so
// nobody plants a password on another's address. Must never: look whether the address is known, or make a session.

/// <summary>An email and a password make a pending account and a mail.</summary>
internal static class SignUp
{
    public static async Task<IResult> Handle(HttpContext http, SignUpServices services, CancellationToken cancellationToken)
    {
        var (request, problem) = await JsonBody.ReadAsync(http, SignUpJson.Default.SignUpRequest, cancellationToken);
        return problem ?? await HandleAsync(http, request!, http.Request.PreferredLanguage(), services, cancellationToken) ?? Accepted;
    }

    /// <summary>Null when the sign-up was taken.</summary>
    /// <param name="language">What the customer reads; null where nobody can tell.</param>
    public static async Task<Problem?> HandleAsync(
        HttpContext http, SignUpRequest request, Language? language, SignUpServices services, CancellationToken cancellationToken)
    {
        if (services.Settings.SignUp.Mode == SignUpMode.Closed)
            return Problems.SignUpClosed();
        var (form, fault) = Parse(request, services.Rules);
        if (fault is not null)
            return fault;
        if (await services.Limiter.TryTakeAsync(LimitName.SignUp, http.SourceKey(), cancellationToken) is { } wait)
            return Problems.TooManyRequests(wait);
        var (invite, refused) = await CheckInviteAsync(http, request.Invite, form!.Email, services, cancellationToken);
        if (refused is not null)
            return refused;
        if (form.Username is { } username && !await TryHoldAsync(username, form.Email, services, cancellationToken))
            return Problems.UsernameTaken();
        var hash = await services.Credentials.HashAsync(form.Password, cancellationToken);
        return await KeepAsync(http, form with { Language = language }, hash, invite, services, cancellationToken);
    }

    public static IResult Accepted { get; } = new JsonAnswer("""{"status":"check_email"}"""u8.ToArray(), StatusCodes.Status202Accepted);

    private static (Form? Form, Problem? Problem) Parse(SignUpRequest request, AccountRules rules)
    {
        // Seed 003: the panel's one field is called username and takes an address.
        var typed = request.Email ?? request.Username;
        if (typed is null)
            return (null, Problems.Missing("email"));
        if (!EmailAddress.TryParse(typed, out var email))
            return (null, Problems.InvalidInput("email", "error.email"));
        Username? username = null;
        if (request.Email is not null && request.Username is { } name && !IsSameAddress(name, email))
        {
            username = rules.ParseUsername(name);
            if (username is null)
                return (null, Problems.InvalidInput("username", "error.username"));
        }
        UserName? displayName = null;
        if (!string.IsNullOrEmpty(request.DisplayName) && !UserName.TryParse(request.DisplayName, out displayName))
            return (null, Problems.InvalidInput("displayname", "error.name"));
        var config = JsonObjectText.Empty;
        if (request.Config is { } element && !JsonObjectText.TryParse(element, out config))
            return (null, Problems.InvalidDocument("config"));
        var (password, weak) = rules.ParseNewPassword(request.Password, email, username);
        return weak is not null ? (null, weak) : (new Form(email, username, displayName, config, password!), null);
    }

    private static bool IsSameAddress(string username, EmailAddress email) =>
        EmailAddress.TryParse(username, out var other) && other.Equals(email);

    /// <summary>Before anything is stored or hashed. A wrong invite is refused in every mode; it counts against its source.</summary>
    private static async Task<(SecretToken? Invite, Problem? Problem)> CheckInviteAsync(
        HttpContext http, string? text, EmailAddress email, SignUpServices services, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(text))
            return (null, services.Settings.SignUp.Mode == SignUpMode.InviteOnly ? Problems.InviteRequired() : null);
        var source = http.SourceKey();
        if (await services.Limiter.PeekAsync(LimitName.Invite, source, cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        if (SecretToken.Parse(text) is { } token && await services.Database.ReadAsync(
            db => InviteStore.FindForAsync(db, token, email.Key, services.Clock.NowMicros()), cancellationToken) is not null)
        {
            return (token, null);
        }
        await services.Limiter.TryTakeAsync(LimitName.Invite, source, cancellationToken);
        return (null, Problems.InviteInvalid());
    }

    /// <summary>In a transaction of its own, before the hashing: of two at once the slower one is told early.</summary>
    private static Task<bool> TryHoldAsync(
        Username username, EmailAddress email, SignUpServices services, CancellationToken cancellationToken)
    {
        var now = services.Clock.NowMicros();
        var expiresAt = now + UnixMicros.Of(services.Settings.Verification.LinkLifetime);
        return services.Database.TransactAsync(
            db => UsernameHolds.TryHoldAsync(db, username.Key, email.Key, now, expiresAt), cancellationToken);
    }

    private static async Task<Problem?> KeepAsync(
        HttpContext http, Form form, string hash, SecretToken? invite, SignUpServices services, CancellationToken cancellationToken)
    {
        var now = services.Clock.NowMicros();
        var account = new Account
        {
            Id = Ids.New(services.Clock),
            Email = form.Email.Address,
            EmailKey = form.Email.Key,
            Username = form.Username?.Text,
            DisplayName = form.DisplayName?.Text,
            PasswordHash = hash,
            VerifiedAt = null,
            Config = form.Config.Text,
            Language = form.Language?.Tag,
            Epoch = 0,
            CreatedAt = now,
            InviteId = null,
        };
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var refused = await services.Database.TransactAsync<Problem?>(async db =>
        {
            var inviteId = invite is null ? null : await InviteStore.LockForAsync(db, invite, form.Email.Key, now);
            if (invite is not null && inviteId is null)
                return Problems.InviteInvalid(); // somebody else was faster
            await AccountStore.AddPendingAsync(db, account with { InviteId = inviteId }, form.Username?.Key);
            if (inviteId is not null)
            {
                var until = now + UnixMicros.Of(services.Settings.Verification.LinkLifetime);
                await InviteStore.HoldAsync(db, inviteId, account.Id, form.Email.Key, until);
            }
            await services.Outbox.EnqueueAsync(db, SignUpMail.Kind, account.Id, form.Email.Key);
            await SecurityEvents.RecordAsync(db, services.Clock, account.Id, SecurityEventTypes.SignedUp, origin);
            return null;
        }, cancellationToken);
        if (refused is not null)
            return refused;
        services.Outbox.Wake();
        GatehouseMeter.SignedUp();
        return null;
    }

    private sealed record Form(
        EmailAddress Email, Username? Username, UserName? DisplayName, JsonObjectText Config, NewPassword Password)
    {
        public Language? Language { get; init; }
    }
}
