using System.Collections.Concurrent;
using System.Security.Cryptography;
using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Security;
using Gatehouse.Storage;
using Gatehouse.Users;

namespace Gatehouse.Sessions;

/// <summary>
/// Gets, adds, updates and ends sessions. SQL is the truth. What was read from it is kept for a while, here and (with
/// Redis) for all nodes, and used while <see cref="SessionFeed"/> says that it is still so. Must never: answer "you are X"
/// from a memory that the log of changes hasn't confirmed within a second, or report a session ended before its row is gone.
/// </summary>
internal sealed class SessionStore(
    Database database, SessionFeed feed, EventDeliveries deliveries, GatehouseSettings settings, TimeProvider clock,
    SharedSessions? shared = null)
{
    /// <summary>Changes end a memory at once; this bounds how long a row that was changed by hand goes unnoticed without Redis.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);

    private const int Remembered = 50_000; // two generations of these: about 60 MiB when full of large sessions

    private const int MostSeenAtOnce = 500; // a transaction that takes too long is given up, and would be for ever

    private readonly RecentMap<string, Remembrance> byId = new(Remembered);
    private readonly ConcurrentDictionary<string, long> seen = new(StringComparer.Ordinal);

    /// <summary>The live session with this handle, or null.</summary>
    public ValueTask<Session?> GetAsync(string id, CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        return Recall(id, now) is { } session
            ? ValueTask.FromResult(Live(session, now))
            : new(LoadAsync(id, null, now, cancellationToken));
    }

    /// <summary>The live session of this token, or null. <paramref name="id"/> is its handle where it is known.</summary>
    public ValueTask<Session?> GetByTokenAsync(byte[] tokenHash, string? id, CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        return id is not null && Recall(id, now) is { } session
            && CryptographicOperations.FixedTimeEquals(session.TokenHash, tokenHash)
            ? ValueTask.FromResult(Live(session, now))
            : new(LoadAsync(null, tokenHash, now, cancellationToken));
    }

    /// <summary>Adds a session in the caller's transaction. Null: the account is gone, or its password another one.</summary>
    public async Task<IssuedSession?> AddAsync(
        Db db, Account account, IReadOnlyList<User> users, string? userId, string via, RequestOrigin origin, string? identityId = null)
    {
        var token = SessionToken.New();
        var now = clock.NowMicros();
        var row = new NewSession(Ids.New(clock), token.Hash(), account.Id, userId, via, origin.Ip, origin.UserAgent,
            now, now + UnixMicros.Of(settings.Sessions.MaxAge), account.Epoch)
        {
            IdentityId = identityId,
        };
        if (!await SessionRows.TryAddAsync(db, row))
            return null;
        if (await SessionRows.FindByIdAsync(db, row.Id, now, idleSince: 0) is not { } added)
        {
            await SessionRows.DeleteAsync(db, row.Id); // the password became another one since the statement before
            return null;
        }
        await deliveries.SessionStartedAsync(db, row.Id, account.Id, userId, via);
        return new IssuedSession(added, token, account, users);
    }

    /// <summary>Chooses the user, or leaves with null. Null: the session has ended or the user isn't the account's.</summary>
    public async Task<Session?> SelectUserAsync(Session session, string? userId, CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        var changed = await database.TransactAsync(
            db => SessionRows.TrySelectUserAsync(db, session.Id, userId, now), cancellationToken);
        await SettleAsync();
        return changed ? await LoadAsync(session.Id, null, now, cancellationToken) : null;
    }

    /// <summary>Ends one session for good: when this returns, no node accepts it for longer than a second, this one not at all.</summary>
    public async Task RevokeAsync(string id, CancellationToken cancellationToken)
    {
        await database.TransactAsync(db => SessionRows.DeleteAsync(db, id), cancellationToken);
        await SettleAsync();
    }

    /// <summary>Ends the session of a token, whosever it is.</summary>
    public async Task RevokeByTokenAsync(byte[] tokenHash, CancellationToken cancellationToken)
    {
        await database.TransactAsync(db => SessionRows.DeleteByTokenAsync(db, tokenHash), cancellationToken);
        await SettleAsync();
    }

    /// <summary>Ends every session of the account but one, in the caller's transaction; call <see cref="SettleAsync"/> after it.</summary>
    /// <returns>The number of sessions that ended.</returns>
    public static Task<int> RevokeAllAsync(Db db, string accountId, string? exceptId) =>
        SessionRows.DeleteOfAccountAsync(db, accountId, exceptId);

    /// <summary>The live sessions of an account, the one used last first.</summary>
    public Task<IReadOnlyList<SessionListing>> ListAsync(string accountId, CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        return database.ReadAsync(db => SessionRows.ListAsync(db, accountId, now, IdleSince(now)), cancellationToken);
    }

    /// <summary>
    /// After a commit that ended or changed sessions, before the answer: from now on it holds here, and every other node
    /// has been sent word.
    /// </summary>
    /// <param name="ended">The one that ended, where its copies are known.</param>
    public Task SettleAsync(Session? ended = null)
    {
        if (ended is not null)
            shared?.Remove(ended);
        return feed.SettleAsync();
    }

    /// <summary>After the commit that added it: the other nodes find it where they look first.</summary>
    public void Share(IssuedSession issued) => shared?.Put(issued.Session, clock.NowMicros());

    /// <summary>Writes down when sessions were last used. Lost in a crash: a few seconds of "last seen".</summary>
    public async Task WriteSeenAsync(CancellationToken cancellationToken)
    {
        // In one order, so that two nodes that write down the same sessions don't wait for each other crosswise.
        foreach (var batch in seen.OrderBy(pair => pair.Key, StringComparer.Ordinal).Chunk(MostSeenAtOnce))
        {
            await database.TransactAsync(async db =>
            {
                foreach (var (id, at) in batch)
                    await SessionRows.TouchAsync(db, id, at);
            }, cancellationToken);
            foreach (var pair in batch)
                seen.TryRemove(pair);
        }
    }

    private Session? Recall(string id, long now) =>
        byId.Find(id) is { } known && now < known.Until && feed.Holds(known.Session) ? known.Session : null;

    private async Task<Session?> LoadAsync(string? id, byte[]? tokenHash, long now, CancellationToken cancellationToken)
    {
        var idleSince = IdleSince(now);
        var session = await FindSharedAsync(id, tokenHash, idleSince, cancellationToken);
        if (session is null)
        {
            session = await database.ReadAsync(
                db => id is not null
                    ? SessionRows.FindByIdAsync(db, id, now, idleSince)
                    : SessionRows.FindByTokenAsync(db, tokenHash!, now, idleSince),
                cancellationToken);
            if (session is null)
                return null;
            shared?.Put(session, now);
        }
        await NoteSeenAsync(session, now, cancellationToken);
        byId.Put(session.Id, new Remembrance(session, now + Math.Min(UnixMicros.Of(KeptFor), SeenEvery())));
        return Live(session, now);
    }

    /// <summary>What another node has read, if it is still so. One that looks idle from here may have been used there.</summary>
    private async Task<Session?> FindSharedAsync(
        string? id, byte[]? tokenHash, long idleSince, CancellationToken cancellationToken)
    {
        if (shared is null || !feed.IsLive)
            return null;
        var session = id is not null
            ? await shared.FindAsync(feed.Line, id, cancellationToken)
            : await shared.FindAsync(feed.Line, tokenHash!, cancellationToken);
        return session is not null && session.LastSeenAt > idleSince && feed.Holds(session) ? session : null;
    }

    /// <summary>
    /// With an idle timeout "last seen" decides whether the session lives, so it is written at once; without, it is only
    /// shown, and a background task writes it.
    /// </summary>
    private async Task NoteSeenAsync(Session session, long now, CancellationToken cancellationToken)
    {
        if (now - session.LastSeenAt < SeenEvery())
            return;
        if (settings.Sessions.IdleTimeout is null)
            seen[session.Id] = now;
        else
            await database.TransactAsync(db => SessionRows.TouchAsync(db, session.Id, now), cancellationToken);
    }

    /// <summary>Often enough for the idle timeout to be right within a tenth of itself.</summary>
    private long SeenEvery() => UnixMicros.Of(settings.Sessions.IdleTimeout is { } idle && idle < TimeSpan.FromMinutes(10)
        ? idle / 10
        : TimeSpan.FromMinutes(1));

    private static Session? Live(Session session, long now) => session.ExpiresAt > now ? session : null;

    private long IdleSince(long now) =>
        settings.Sessions.IdleTimeout is { } idle ? now - UnixMicros.Of(idle) : 0;

    /// <param name="Until">Then the row is read again.</param>
    private sealed record Remembrance(Session Session, long Until);
}

/// <summary>A session just made, with the secret that its cookie will carry and whose it is.</summary>
internal sealed record IssuedSession(Session Session, SessionToken Token, Account Account, IReadOnlyList<User> Users)
{
    public override string ToString() => $"IssuedSession {Session.Id}";
}
