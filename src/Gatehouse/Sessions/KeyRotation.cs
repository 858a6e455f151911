using Gatehouse.Configuration;
using Gatehouse.Security;
using Gatehouse.Storage;
using Gatehouse.Tokens;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Sessions;

/// <summary>
/// What the operator's <c>keys rotate</c> does, in one transaction that no other node runs at the same time: a new
/// signing key, a new cookie key, and everything sealed under the first of <c>Secrets:Key</c>. Compromised: the new keys
/// are the only ones (GH-SEC-262). Sessions stay: a cookie made with a stolen key still needs the secret of a session,
/// which nobody can make up, and a token made with one is refused by then.
/// </summary>
internal sealed class KeyRotation(
    Database database, SigningKeys signingKeys, DataProtectionKeys cookieKeys, SecretBox box, GatehouseSettings settings,
    TimeProvider clock, ILogger<KeyRotation> log)
{
    public async Task<RotatedKeys> RotateAsync(bool compromised, CancellationToken cancellationToken)
    {
        // Also proves that the keys of Secrets:Key are those of the nodes: else they couldn't open what is written here.
        await TakeUpAsync(cancellationToken);
        var kept = await SealedColumns.ResealAsync(database, box, cancellationToken);
        // Made before the transaction, which may run again: an RSA key takes a while.
        var signing = signingKeys.Make();
        var cookie = cookieKeys.Make(writesAtOnce: compromised);
        var rotated = await database.TransactAloneAsync(
            db => compromised ? ReplaceAsync(db, signing, cookie) : SucceedAsync(db, signing, cookie), cancellationToken);
        rotated = rotated with { Resealed = rotated.Resealed + kept };
        if (compromised)
            log.KeysRevoked(rotated.Kid, rotated.SignsFrom);
        else
            log.KeysRotated(rotated.Kid, rotated.SignsFrom, rotated.Resealed);
        await TakeUpAsync(CancellationToken.None); // it is done: this node must not go on with the old keys
        return rotated;
    }

    /// <summary>Brings this node to the keys that the database has now.</summary>
    public async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        await signingKeys.TryLoadAsync(cancellationToken);
        await cookieKeys.TryLoadAsync(cancellationToken);
    }

    private async Task<RotatedKeys> SucceedAsync(Db db, SigningKeyRow signing, CookieKeyRow cookie)
    {
        var now = clock.NowMicros();
        var resealed = await SigningKeyRows.ResealAsync(db, box) + await CookieKeyRows.ResealAsync(db, box);
        var signsFrom = await SigningKeyRows.SucceedAsync(db, signing, settings.Tokens.Lifetime, now);
        await CookieKeyRows.InsertAsync(db, cookie, now);
        return new RotatedKeys(signing.Kid, UnixMicros.ToTime(signsFrom), resealed);
    }

    private async Task<RotatedKeys> ReplaceAsync(Db db, SigningKeyRow signing, CookieKeyRow cookie)
    {
        var now = clock.NowMicros();
        await SigningKeyRows.ReplaceAllAsync(db, signing, now);
        await CookieKeyRows.ReplaceAllAsync(db, cookie, now);
        return new RotatedKeys(signing.Kid, UnixMicros.ToTime(now), Resealed: 0);
    }
}

/// <param name="SignsFrom">Until then the key before it signs.</param>
/// <param name="Resealed">Keys that an older master key had sealed, and the first one has now.</param>
internal sealed record RotatedKeys(string Kid, DateTimeOffset SignsFrom, int Resealed);
