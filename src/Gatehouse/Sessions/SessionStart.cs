using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Storage;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

/// <summary>
/// What every login ends with, by whatever way the credentials came: a new session, the presented one ended, the record
/// and, from where or after what the owner may not expect it, a mail.
/// </summary>
internal static class SessionStart
{
    private const int ManyFailures = 5; // fewer are a customer's own slips

    public static async Task<(IssuedSession? Issued, Problem? Problem)> IssueAsync(
        HttpContext http, Account account, Way way, LogInServices services, CancellationToken cancellationToken)
    {
        var notice = account.Email is null
            ? null
            : await services.Database.ReadAsync(db => NoticeAsync(db, account, way), cancellationToken);
        var presented = await PresentedAsync(http, services, cancellationToken);
        var (issued, known) = await services.Database.TransactAsync<(IssuedSession?, bool)>(async db =>
        {
            var users = await UserStore.ListAsync(db, account.Id);
            if (way.UserId is not null && users.All(user => user.Id != way.UserId))
                return (null, false);
            return (await AddAsync(db, account, users, way, presented, notice, services), true);
        }, cancellationToken);
        if (!known)
            return (null, Problems.NotFound());
        if (issued is null)
            return (null, Problems.InvalidCredentials()); // the password was changed while it was being checked
        await SettleAsync(http, issued, presented, services, way.Before);
        if (notice is not null)
            services.Outbox.Wake();
        return (issued, null);
    }

    /// <summary>The session that ends with this login.</summary>
    public static async ValueTask<Session?> PresentedAsync(HttpContext http, LogInServices services, CancellationToken cancellationToken) =>
        await services.Authenticator.AuthenticateAsync(http, cancellationToken) is Caller.Known known ? known.Session : null;

    /// <summary>The mail that the owner gets about this login, if any: from where, or after what, they may not expect it.</summary>
    public static async Task<string?> NoticeAsync(Db db, Account account, Way way)
    {
        if (account.Email is null)
            return null;
        if (!way.ByDevice && !await SecurityEvents.KnowsOriginAsync(db, account.Id, way.Origin))
            return NewDeviceMail.Kind;
        return way.FailuresBefore >= ManyFailures ? LogInAfterFailuresMail.Kind : null;
    }

    /// <summary>In the caller's transaction. Null: the account is gone, or in another epoch than when it was looked at.</summary>
    /// <param name="notice">The mail that the owner gets about this login; null: none.</param>
    public static async Task<IssuedSession?> AddAsync(
        Db db, Account account, IReadOnlyList<User> users, Way way, Session? presented, string? notice, LogInServices services)
    {
        // First: a way in that was taken from the account just now makes no session, and one taken later ends this one.
        if (way.IdentityId is { } identity && !await Identities.TryUseAsync(db, identity, services.Clock.NowMicros()))
            return null;
        var chosen = way.UserId ?? (users.Count == 1 ? users[0].Id : null);
        var added = await services.Sessions.AddAsync(db, account, users, chosen, way.Via, way.Origin, way.IdentityId);
        if (added is null)
            return null;
        if (presented is not null)
            await SessionRows.DeleteAsync(db, presented.Id);
        if (way.Before is { } before && before != presented?.Id)
            await SessionRows.DeleteAsync(db, before);
        if (way.RenewedHash is { } hash)
            await AccountStore.ReplaceHashAsync(db, account.Id, account.PasswordHash!, hash);
        var seen = await SecurityEvents.RecordAsync(db, services.Clock, account.Id, SecurityEventTypes.LoggedIn, way.Origin, way.Via);
        if (notice is not null)
            await services.Outbox.EnqueueAsync(db, notice, account.Id, seen);
        return added;
    }

    /// <summary>After the commit, before the answer.</summary>
    public static async Task SettleAsync(
        HttpContext http, IssuedSession issued, Session? presented, LogInServices services, string? before = null)
    {
        if (presented is not null || before is not null)
            await services.Sessions.SettleAsync(presented);
        services.Sessions.Share(issued);
        Authenticator.Follow(http, issued.Session);
    }
}

/// <summary>How somebody came in.</summary>
/// <param name="ByDevice">The browser was in this account before.</param>
internal sealed record Way(string Via, RequestOrigin Origin, bool ByDevice)
{
    /// <summary>The user asked for; null: the only one, or none yet.</summary>
    public string? UserId { get; init; }

    /// <summary>The same password under today's parameters; null: it is already, or there was none.</summary>
    public string? RenewedHash { get; init; }

    /// <summary>Wrong passwords in a row before.</summary>
    public int FailuresBefore { get; init; }

    /// <summary>What the session was made by, where that was no password.</summary>
    public string? IdentityId { get; init; }

    /// <summary>A session that the browser had as this login began, and could not send along with its end.</summary>
    public string? Before { get; init; }
}
