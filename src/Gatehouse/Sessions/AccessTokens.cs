using Gatehouse.Configuration;
using Gatehouse.Security;
using Gatehouse.Storage;
using Gatehouse.Tokens;

namespace Gatehouse.Sessions;

/// <summary>
/// Issues, reads and renews access tokens. A token is only the carrier of a session: what it says of itself is checked
/// here, whether its session lives is asked of the session store on every request.
/// </summary>
internal sealed class AccessTokens(SigningKeys keys, GatehouseSettings settings, TimeProvider clock)
{
    private const int Remembered = 50_000;
    private readonly AccessTokenRules rules =
        new(settings.Tokens.Issuer, settings.Tokens.Audience, settings.Tokens.Lifetime);

    // A verification costs tens of microseconds; a token verified under a ring stays verified under it until it expires.
    private readonly RecentMap<Digest, Verified> verified = new(Remembered);
    private readonly RecentMap<string, Renewed> renewed = new(Remembered);

    /// <summary>The keys that tokens are judged by now.</summary>
    public VerificationKeys Ring => keys.Ring;

    /// <summary>
    /// As <see cref="Read"/>, after another look at the keys where the token may be by one that this node hasn't loaded.
    /// </summary>
    public async ValueTask<AccessTokenClaims?> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (Read(text) is { } claims)
            return claims;
        if (!AccessToken.NamesUnknownKey(text, keys.Ring))
            return null;
        await keys.LookAgainAsync(cancellationToken);
        return Read(text);
    }

    /// <summary>
    /// Whether a token that was good under that ring is good still. Asked after a token was issued in its place: a key
    /// that was revoked while the request ran must not buy one of the new key.
    /// </summary>
    public bool StillAccepts(string text, VerificationKeys since) => ReferenceEquals(since, keys.Ring) || Read(text) is not null;

    /// <summary>What a token of ours says, while it is good; null otherwise. Its session may have ended.</summary>
    public AccessTokenClaims? Read(string text)
    {
        var ring = keys.Ring;
        var now = UnixMicros.ToSeconds(clock.NowMicros());
        if (!Digest.TryOf(text, out var digest))
            return null;
        if (verified.Find(digest) is { } known && ReferenceEquals(known.Ring, ring))
            return known.Claims.ExpiresAt > now ? known.Claims : null;
        var claims = AccessToken.Read(text, ring, rules, now);
        if (claims is not null)
            verified.Put(digest, new Verified(claims, ring));
        return claims;
    }

    /// <summary>A new token for the session, as the session is now; never beyond the session's own end.</summary>
    public string Issue(Session session)
    {
        var now = UnixMicros.ToSeconds(clock.NowMicros());
        var end = Math.Min(now + (long)settings.Tokens.Lifetime.TotalSeconds, UnixMicros.ToSeconds(session.ExpiresAt));
        return AccessToken.Write(new AccessTokenClaims(
            settings.Tokens.Issuer, session.AccountId, settings.Tokens.Audience, now,
            now - AccessToken.NodeClockSeconds, end, Ids.New(clock), session.Id,
            session.UserId, UnixMicros.ToSeconds(session.CreatedAt)), keys.Signer);
    }

    /// <summary>
    /// The token that prolongs the login: the presented one while it is young and says the same, else a fresh one, signed
    /// once for all the session's requests within <c>Tokens:RenewAfter</c>.
    /// </summary>
    public string Renew(string text, AccessTokenClaims claims, Session session)
    {
        var now = clock.NowMicros();
        if (IsYoung(claims.IssuedAt * 1_000_000, now) && claims.SessionId == session.Id && claims.UserId == session.UserId)
            return text;
        var shared = renewed.Find(session.Id);
        if (shared is null)
            renewed.Put(session.Id, shared = new Renewed());
        lock (shared)
        {
            if (shared.Text is null || !IsYoung(shared.IssuedAt, now) || shared.UserId != session.UserId
                || !ReferenceEquals(shared.Signer, keys.Signer))
            {
                (shared.Text, shared.IssuedAt, shared.UserId, shared.Signer) = (Issue(session), now, session.UserId, keys.Signer);
            }
            return shared.Text;
        }
    }

    private bool IsYoung(long issuedAt, long now) => now - issuedAt < UnixMicros.Of(settings.Tokens.RenewAfter);

    private sealed record Verified(AccessTokenClaims Claims, VerificationKeys Ring);

    private sealed class Renewed
    {
        public string? Text { get; set; }

        public long IssuedAt { get; set; }

        public string? UserId { get; set; }

        public SigningKey? Signer { get; set; }
    }
}
