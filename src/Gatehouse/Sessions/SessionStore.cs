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
/// Gets, adds, updates and ends sessions. SQL is the truth; what is remembered here saves asking again within a second
/// (<see cref="TrustedFor"/>) and is dropped the moment this process ends the session. Must never: answer "you are X"
/// from a memory older than that, or report a session ended before its row is gone.
/// </summary>
internal sealed class SessionStore(
    Database database, EventDeliveries deliveries, GatehouseSettings settings, TimeProvider clock)
{
    /// <summary>So another node's revocation holds here within a second, without being told of it.</summary>
    private static readonly long TrustedFor = UnixMicros.Of(TimeSpan.FromSeconds(1));

    private const int Remembered = 50_000; // two generations of these: about 60 MiB when full of large sessions

    private const int MostSeenAtOnce = 500; // a transaction that takes too long is given up, and would be for ever

    private readonly RecentMap<string, Remembrance> byId = new(Remembered);
    private readonly ConcurrentDictionary<string, long> seen = new(StringComparer.Ordinal);
    private long endings; // counts what was ended here: a row read before one of these must not be remembered after it

    /// <summary>The live session with this handle, or null.</summary>
    public ValueTask<Session?> GetAsync(string id, CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        return byId.Find(id) is { } known && known.IsTrusted(now)
            ? ValueTask.FromResult(Live(known.Session, now))
            : new(LoadAsync(id, null, now, cancellationToken));
    }

    /// <summary>The live session of this token, or null. <paramref name="id"/> is its handle where it is known.</summary>
    public ValueTask<Session?> GetByTokenAsync(byte[] tokenHash, string? id, CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        return id is not null && byId.Find(id) is { } known && known.IsTrusted(now)
            && CryptographicOperations.FixedTimeEquals(known.Session.TokenHash, tokenHash)
            ? ValueTask.FromResult(Live(known.Session, now))
            : new(LoadAsync(null, tokenHash, now, cancellationToken));
    }

    /// <summary>Adds a session in the caller's transaction. Null: the account is gone, or its password another one.</summary>
    public async Task<IssuedSession?> AddAsync(
        Db db, Account account, IReadOnlyList<User> users, string? userId, string via, RequestOrigin origin)
    {
        var token = SessionToken.New();
        var now = clock.NowMicros();
        var row = new NewSession(Ids.New(clock), token.Hash(), account.Id, userId, via, origin.Ip, origin.UserAgent,
            now, now + UnixMicros.Of(settings.Sessions.MaxAge), account.Epoch);
        if (!await SessionRows.TryAddAsync(db, row))
            return null;
        await deliveries.SessionStartedAsync(db, row.Id, account.Id, userId, via);
        var user = users.FirstOrDefault(user => user.Id == userId);
        var session = new Session
        {
            Id = row.Id,
            TokenHash = row.TokenHash,
            TokensFrom = 0,
            AccountId = account.Id,
            UserId = user?.Id,
            Email = account.Email,
            Username = account.Username,
            ProfileName = user?.Name,
            Preferences = user?.Preferences,
            Via = via,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = row.ExpiresAt,
        };
        return new IssuedSession(session, token, account, users);
    }

    /// <summary>Chooses the user, or leaves with null. Null: the session has ended or the user isn't the account's.</summary>
    public async Task<Session?> SelectUserAsync(Session session, string? userId, CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        var changed = await database.TransactAsync(
            db => SessionRows.TrySelectUserAsync(db, session.Id, userId, now), cancellationToken);
        Forget(session.Id);
        return changed ? await LoadAsync(session.Id, null, now, cancellationToken) : null;
    }

    /// <summary>Ends one session for good: when this returns, no node accepts it for longer than a second, this one not at all.</summary>
    public async Task RevokeAsync(string id, CancellationToken cancellationToken)
    {
        await database.TransactAsync(db => SessionRows.DeleteAsync(db, id), cancellationToken);
        Forget(id);
    }

    /// <summary>Ends the session of a token, whosever it is.</summary>
    public async Task RevokeByTokenAsync(byte[] tokenHash)
    {
        await database.TransactAsync(db => SessionRows.DeleteByTokenAsync(db, tokenHash), CancellationToken.None);
        ForgetAll(); // its handle isn't known here
    }

    /// <summary>Ends every session of the account but one, in the caller's transaction; call <see cref="ForgetAll"/> after it.</summary>
    /// <returns>The number of sessions that ended.</returns>
    public static Task<int> RevokeAllAsync(Db db, string accountId, string? exceptId) =>
        SessionRows.DeleteOfAccountAsync(db, accountId, exceptId);

    /// <summary>The live sessions of an account, the one used last first.</summary>
    public Task<IReadOnlyList<SessionListing>> ListAsync(string accountId, CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        return database.ReadAsync(db => SessionRows.ListAsync(db, accountId, now, IdleSince(now)), cancellationToken);
    }

    /// <summary>Drops what this process remembers of a session; its row decides from now on.</summary>
    public void Forget(string id)
    {
        Interlocked.Increment(ref endings);
        if (byId.Find(id) is { } known)
            known.Dead = true;
        byId.Remove(id);
    }

    /// <summary>Drops what this process remembers of an account's sessions, or of all.</summary>
    public void ForgetAll()
    {
        Interlocked.Increment(ref endings);
        byId.Clear();
    }

    /// <summary>Writes down when sessions were last used. Lost in a crash: a few seconds of "last seen".</summary>
    public async Task WriteSeenAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in seen.ToArray().Chunk(MostSeenAtOnce))
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

    private async Task<Session?> LoadAsync(string? id, byte[]? tokenHash, long now, CancellationToken cancellationToken)
    {
        var endingsBefore = Interlocked.Read(ref endings);
        var idleSince = IdleSince(now);
        var session = await database.ReadAsync(
            db => id is not null
                ? SessionRows.FindByIdAsync(db, id, now, idleSince)
                : SessionRows.FindByTokenAsync(db, tokenHash!, now, idleSince),
            cancellationToken);
        if (session is null)
            return null;
        await NoteSeenAsync(session, now, cancellationToken);
        var remembrance = new Remembrance(session, now + TrustedFor);
        byId.Put(session.Id, remembrance);
        // An ending between the read and here may have missed what was just put: take it back.
        if (Interlocked.Read(ref endings) != endingsBefore)
        {
            remembrance.Dead = true;
            byId.Remove(session.Id);
        }
        return session;
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

    private sealed class Remembrance(Session session, long trustedUntil)
    {
        private volatile bool dead;

        public Session Session => session;

        public bool Dead
        {
            set => dead = value;
        }

        public bool IsTrusted(long now) => !dead && now < trustedUntil;
    }
}

/// <summary>A session just made, with the secret that its cookie will carry and whose it is.</summary>
internal sealed record IssuedSession(Session Session, SessionToken Token, Account Account, IReadOnlyList<User> Users)
{
    public override string ToString() => $"IssuedSession {Session.Id}";
}
