using Gatehouse.Accounts;
using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

/// <summary>
/// The door to an account's settings: whatever session exists, they ask for the credentials again (seed 000). Promises:
/// a grant opens them for the session it was given to and no other, for ten minutes; it dies with the session, with a
/// changed password, with the account. What is changed behind it is changed in a transaction that asks for it once more.
/// </summary>
internal sealed class Grants(Database database, Authenticator authenticator, TimeProvider clock)
{
    public const string Header = "Account-Grant";

    private const string Purpose = "grant";

    /// <summary>Fixed: long enough to change a few things, too short for a browser left open.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const string Insert = """
        INSERT INTO grants (hash, session_id, account_id, expires_at) VALUES (@Hash, @sessionId, @accountId, @expiresAt)
        """;

    private const string Select = """
        SELECT account_id FROM grants
        WHERE hash = @Hash AND session_id = @sessionId AND account_id = @accountId AND expires_at > @now
        """;

    private const string DeleteOfAccount = "DELETE FROM grants WHERE account_id = @accountId";

    private const string DeleteExpired = "DELETE FROM grants WHERE expires_at <= @now";

    /// <summary>Gives a grant in the caller's transaction.</summary>
    public async Task<(SecretToken Token, long ExpiresAt)> GiveAsync(Db db, Session session)
    {
        var token = SecretToken.New();
        var expiresAt = Math.Min(clock.NowMicros() + UnixMicros.Of(Lifetime), session.ExpiresAt);
        await db.ExecuteAsync(
            Insert, new { Hash = token.Hash(Purpose), sessionId = session.Id, accountId = session.AccountId, expiresAt });
        return (token, expiresAt);
    }

    /// <summary>The session with a live grant of its own; else 401 or 403.</summary>
    public async ValueTask<(Granted? Granted, Problem? Problem)> RequireAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var (session, problem) = await authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return (null, problem);
        return await FindAsync(http, session!, cancellationToken) is { } granted
            ? (granted, null)
            : (null, Problems.GrantRequired());
    }

    /// <summary>The live grant that the request's header carries for this session, or null.</summary>
    public ValueTask<Granted?> FindAsync(HttpContext http, Session session, CancellationToken cancellationToken) =>
        http.Request.Headers[Header] is [{ } text] ? FindAsync(text, session, cancellationToken) : ValueTask.FromResult<Granted?>(null);

    public async ValueTask<Granted?> FindAsync(string? text, Session session, CancellationToken cancellationToken)
    {
        if (SecretToken.Parse(text) is not { } token)
            return null;
        var granted = new Granted(session, token.Hash(Purpose));
        return await database.ReadAsync(
            db => db.ScalarAsync<string>(Select, Parameters(granted)), cancellationToken) is null ? null : granted;
    }

    /// <summary>
    /// Changes something behind a grant, in one transaction. When the grant has ended since it was looked at (another
    /// device changed the password just now) nothing happens and the answer is 403.
    /// </summary>
    public Task<Problem?> TransactAsync(Granted granted, Func<Db, Task<Problem?>> change, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db => await IsLiveAsync(db, granted) ? await change(db) : Problems.GrantRequired(), cancellationToken);

    /// <summary>Whether the grant is still good, in the caller's transaction, until its end.</summary>
    public async Task<bool> IsLiveAsync(Db db, Granted granted)
    {
        // A grant ends with its session or by who has locked its account: with both locked, what is read here stays.
        await AccountStore.LockAsync(db, granted.Session.AccountId);
        return await SessionRows.TryLockAsync(db, granted.Session.Id)
            && await db.ScalarAsync<string>(Select, Parameters(granted)) is not null;
    }

    public static Task RevokeAllAsync(Db db, string accountId) => db.ExecuteAsync(DeleteOfAccount, new { accountId });

    public static Task<int> PurgeAsync(Db db, long now) => db.ExecuteAsync(DeleteExpired, new { now });

    private object Parameters(Granted granted) => new
    {
        granted.Hash,
        sessionId = granted.Session.Id,
        accountId = granted.Session.AccountId,
        now = clock.NowMicros(),
    };
}

/// <summary>A session whose holder presented the credentials again within minutes.</summary>
internal sealed record Granted(Session Session, byte[] Hash)
{
    public override string ToString() => $"Granted {Session.Id}";
}
