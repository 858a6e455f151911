using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Storage;
using Gatehouse.Texts;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

// Users of one account share one security boundary: they are profiles, as on Netflix. Making and deleting one asks for
// the account's credentials again, whatever session exists: the password, or the grant that they were presented for. The
// very first user of an account without a password is named by its session alone: there is nothing yet to protect.
// Every statement names the account, so another account's user is not found.

/// <summary>List, make, change and delete the users inside an account.</summary>
internal static class UserFlows
{
    public static async Task<IResult> List(HttpContext http, UserServices services, CancellationToken cancellationToken)
    {
        var (session, problem) = await services.Authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        return new JsonAnswer(UserJson.WriteList(await ListAsync(session!, services, cancellationToken)));
    }

    public static Task<IReadOnlyList<User>> ListAsync(
        Session session, UserServices services, CancellationToken cancellationToken) =>
        services.Database.ReadAsync(db => UserStore.ListAsync(db, session.AccountId), cancellationToken);

    public static async Task<IResult> Create(HttpContext http, UserServices services, CancellationToken cancellationToken)
    {
        var (session, problem) = await services.Authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var (request, unfit) = await JsonBody.ReadAsync(http, UserRequestJson.Default.CreateUserRequest, cancellationToken);
        if (unfit is not null)
            return unfit;
        var (user, refused) = await CreateAsync(http, session!, request!, null, services, cancellationToken);
        return refused ?? (IResult)new JsonAnswer(UserJson.WriteOne(user!), StatusCodes.Status201Created);
    }

    /// <param name="granted">The grant in hand, in place of a password.</param>
    public static async Task<(User? User, Problem? Problem)> CreateAsync(
        HttpContext http, Session session, CreateUserRequest request, Granted? granted, UserServices services,
        CancellationToken cancellationToken)
    {
        if (!UserName.TryParse(request.Name, out var name))
            return (null, NameRefused);
        var preferences = JsonObjectText.Empty;
        if (request.Preferences is { } element && !JsonObjectText.TryParse(element, out preferences))
            return (null, PreferencesRefused);
        var first = request.Password is null ? await FindFirstAsync(session, services, cancellationToken) : null;
        var (proof, unproved) = first is null
            ? await ProveAsync(http, session, request.Password, granted, services, cancellationToken)
            : (first, null);
        if (unproved is not null)
            return (null, unproved);
        var user = new User(Ids.New(services.Clock), name.Text, preferences.Text, services.Clock.NowMicros());
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var refused = await TransactAsync(session, proof!, services, async db =>
        {
            if (proof!.OnlyFirst && (await UserStore.ListAsync(db, session.AccountId)).Count > 0)
                return Problems.Missing("password"); // another tab was quicker
            if (!await UserStore.TryAddAsync(db, session.AccountId, user))
                return Problems.LimitReached(new Phrase("problem.too_many_users", ("n", UserStore.MostPerAccount)));
            await SecurityEvents.RecordAsync(db, services.Clock, session.AccountId, SecurityEventTypes.UserCreated, origin);
            return null;
        }, cancellationToken);
        return refused is null ? (user, null) : (null, refused);
    }

    public static async Task<IResult> Change(
        HttpContext http, string id, UserServices services, CancellationToken cancellationToken)
    {
        var (session, problem) = await services.Authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var (request, unfit) = await JsonBody.ReadAsync(http, UserRequestJson.Default.ChangeUserRequest, cancellationToken);
        if (unfit is not null)
            return unfit;
        var (changed, refused) = await ChangeAsync(session!, id, request!, services, cancellationToken);
        return refused ?? (IResult)new JsonAnswer(UserJson.WriteOne(changed!));
    }

    public static async Task<(User? User, Problem? Problem)> ChangeAsync(
        Session session, string id, ChangeUserRequest request, UserServices services, CancellationToken cancellationToken)
    {
        UserName? name = null;
        if (request.Name is not null && !UserName.TryParse(request.Name, out name))
            return (null, NameRefused);
        JsonObjectText? preferences = null;
        if (request.Preferences is { } element && !JsonObjectText.TryParse(element, out preferences))
            return (null, PreferencesRefused);
        var changed = await services.Database.TransactAsync(
            async db => await UserStore.TryUpdateAsync(db, session.AccountId, id, name?.Text, preferences?.Text)
                ? await UserStore.FindAsync(db, session.AccountId, id)
                : null, cancellationToken);
        if (changed is null)
            return (null, Problems.NotFound());
        await services.Sessions.SettleAsync(); // the name and preferences are part of what sessions answer
        return (changed, null);
    }

    public static async Task<IResult> Delete(
        HttpContext http, string id, UserServices services, CancellationToken cancellationToken)
    {
        var (session, problem) = await services.Authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var (request, unfit) = await JsonBody.ReadOptionalAsync(http, UserRequestJson.Default.DeleteUserRequest, cancellationToken);
        if (unfit is not null)
            return unfit;
        return await DeleteAsync(http, session!, id, request!.Password, null, services, cancellationToken)
            ?? (IResult)JsonAnswer.Empty;
    }

    /// <param name="granted">The grant in hand, in place of a password.</param>
    public static async Task<Problem?> DeleteAsync(
        HttpContext http, Session session, string id, string? password, Granted? granted, UserServices services,
        CancellationToken cancellationToken)
    {
        var (proof, unproved) = await ProveAsync(http, session, password, granted, services, cancellationToken);
        if (unproved is not null)
            return unproved;
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var refused = await TransactAsync(session, proof!, services, async db =>
        {
            if (await UserStore.FindAsync(db, session.AccountId, id) is null)
                return Problems.NotFound();
            if (!await UserStore.TryDeleteAsync(db, session.AccountId, id))
                return Problems.LastOne();
            await SecurityEvents.RecordAsync(db, services.Clock, session.AccountId, SecurityEventTypes.UserDeleted, origin);
            return null;
        }, cancellationToken);
        if (refused is null)
            await services.Sessions.SettleAsync(); // whoever had selected it keeps the account and loses the user
        return refused;
    }

    private static Problem NameRefused => Problems.InvalidInput("name", "error.name");

    private static Problem PreferencesRefused => Problems.InvalidDocument("preferences");

    /// <summary>Whether the account has a password that could be asked for.</summary>
    public static Task<bool> HasPasswordAsync(Session session, UserServices services, CancellationToken cancellationToken) =>
        services.Database.ReadAsync(
            async db => await AccountStore.FindAsync(db, session.AccountId) is { PasswordHash: not null }, cancellationToken);

    /// <summary>Whether nobody has been asked yet who it is: an account by its owner's program, which told no name.</summary>
    public static async Task<bool> AsksForFirstAsync(Session session, UserServices services, CancellationToken cancellationToken) =>
        await FindFirstAsync(session, services, cancellationToken) is not null;

    /// <summary>What takes the place of credentials where there are none, and no user either.</summary>
    private static Task<Proof?> FindFirstAsync(Session session, UserServices services, CancellationToken cancellationToken) =>
        services.Database.ReadAsync(async db =>
            await AccountStore.FindAsync(db, session.AccountId) is { PasswordHash: null } account
                && (await UserStore.ListAsync(db, session.AccountId)).Count == 0
                ? new Proof(Granted: null, account.Epoch) { OnlyFirst = true }
                : null, cancellationToken);

    /// <summary>The credentials again: the password, or the grant that they were presented for.</summary>
    private static async Task<(Proof? Proof, Problem? Problem)> ProveAsync(
        HttpContext http, Session session, string? text, Granted? granted, UserServices services, CancellationToken cancellationToken)
    {
        if (granted is not null)
            return (new Proof(granted, Epoch: 0), null);
        if (text is null && http.Request.Headers.ContainsKey(Grants.Header))
        {
            return await services.Grants.FindAsync(http, session, cancellationToken) is { } found
                ? (new Proof(found, Epoch: 0), null)
                : (null, Problems.GrantRequired());
        }
        if (text is null)
            return (null, Problems.Missing("password"));
        var (password, unfit) = AccountRules.ParsePresented(text);
        if (unfit is not null)
            return (null, unfit);
        var account = await services.Database.ReadAsync(
            db => AccountStore.FindAsync(db, session.AccountId), cancellationToken);
        var counter = services.Device.CounterFor(http, session.AccountId) ?? account?.EmailKey ?? session.AccountId;
        var check = await services.Credentials.CheckAsync(
            account, counter, password!, new RequestOrigin(http.Ip(), http.UserAgent()), cancellationToken);
        return check is CredentialCheck.Right right
            ? (new Proof(Granted: null, right.Account.Epoch), null)
            : (null, check.ToProblem());
    }

    /// <summary>Changes something if what was proved still holds as it is changed, in one transaction.</summary>
    private static Task<Problem?> TransactAsync(
        Session session, Proof proof, UserServices services, Func<Db, Task<Problem?>> change, CancellationToken cancellationToken) =>
        proof.Granted is { } granted
            ? services.Grants.TransactAsync(granted, change, cancellationToken)
            : services.Database.TransactAsync(async db => await SessionRows.TryLockInEpochAsync(db, session, proof.Epoch)
                ? await change(db)
                : Problems.Unauthenticated(), cancellationToken);

    /// <param name="Epoch">The account's as its password was checked; what is done by a grant doesn't ask for it.</param>
    private sealed record Proof(Granted? Granted, long Epoch)
    {
        /// <summary>It is good for an account's first user, and no other.</summary>
        public bool OnlyFirst { get; init; }
    }
}

/// <summary>What the flows of users work with.</summary>
internal sealed record UserServices(
    Database Database, Authenticator Authenticator, Grants Grants, DeviceCookie Device, Credentials Credentials,
    SessionStore Sessions, TimeProvider Clock);
