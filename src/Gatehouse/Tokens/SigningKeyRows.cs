// The table of signing keys: which key signs from when, and until when its tokens are good (GH-SEC-122).
// Promises: a key is published before it signs, and accepted for as long as a token that it signed can live; so no
// request fails by a rotation. A compromised key is gone from the table, not marked: no clock and no copy of the table
// made later brings it back. Private halves are stored sealed, never plain.
using System.Security.Cryptography;
using Gatehouse.Configuration;
using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Tokens;

/// <summary>The SQL of the signing keys.</summary>
internal static class SigningKeyRows
{
    /// <summary>
    /// Twice what the key set may be cached: a client may keep it that long behind a proxy that kept it as long before.
    /// The nodes need a second of it.
    /// </summary>
    public static readonly TimeSpan PublishedBeforeSigning = TimeSpan.FromSeconds(2 * JsonWebKeySet.CacheSeconds);

    /// <summary>Accepted beyond the last token's end: for clocks that differ, and nodes that are late to take up.</summary>
    public static readonly TimeSpan AcceptedBeyondLife = TimeSpan.FromMinutes(1);

    private const string SelectAccepted = """
        SELECT kid AS Kid, sealed_key AS SealedKey, signs_from AS SignsFrom FROM signing_keys
        WHERE retired_at IS NULL OR retired_at > @now ORDER BY signs_from, kid
        """;

    private const string InsertFirst = """
        INSERT INTO signing_keys (kid, sealed_key, created_at, signs_from)
        SELECT @Kid, @SealedKey, @now, @now WHERE NOT EXISTS (SELECT 1 FROM signing_keys)
        """;

    private const string Insert = """
        INSERT INTO signing_keys (kid, sealed_key, created_at, signs_from) VALUES (@Kid, @SealedKey, @now, @signsFrom)
        """;

    private const string SelectNewest = "SELECT max(signs_from) FROM signing_keys";

    private const string Retire = "UPDATE signing_keys SET retired_at = @retiredAt WHERE retired_at IS NULL";

    private const string DeleteRetired = "DELETE FROM signing_keys WHERE retired_at <= @now";

    private const string DeleteAll = "DELETE FROM signing_keys";

    private const string UpdateSealed = "UPDATE signing_keys SET sealed_key = @SealedKey WHERE kid = @Kid";

    public static Task<IReadOnlyList<SigningKeyRow>> ListAcceptedAsync(Db db, long now) =>
        db.ListAsync<SigningKeyRow>(SelectAccepted, new { now });

    /// <summary>Inserts the key if the table is empty: the first of several nodes that start at once wins.</summary>
    public static Task InsertFirstAsync(Db db, SigningKeyRow key, long now) =>
        db.ExecuteAsync(InsertFirst, new { key.Kid, key.SealedKey, now });

    /// <summary>
    /// Makes the key the next signer and tells from when; to be run alone. The keys before it are accepted until the last
    /// token that they may sign has ended.
    /// </summary>
    public static async Task<long> SucceedAsync(Db db, SigningKeyRow key, TimeSpan tokenLifetime, long now)
    {
        // Never before the key that was made before it, also when this node's clock is behind that one's.
        var newest = await db.ScalarAsync<long?>(SelectNewest) ?? 0;
        var signsFrom = Math.Max(now + UnixMicros.Of(PublishedBeforeSigning), newest + 1);
        await db.ExecuteAsync(DeleteRetired, new { now });
        await db.ExecuteAsync(Retire, new { retiredAt = signsFrom + UnixMicros.Of(tokenLifetime + AcceptedBeyondLife) });
        await db.ExecuteAsync(Insert, new { key.Kid, key.SealedKey, now, signsFrom });
        return signsFrom;
    }

    /// <summary>Makes the key the only one, from now on: what the others signed is no token of ours any more.</summary>
    public static async Task ReplaceAllAsync(Db db, SigningKeyRow key, long now)
    {
        await db.ExecuteAsync(DeleteAll);
        await db.ExecuteAsync(Insert, new { key.Kid, key.SealedKey, now, signsFrom = now });
    }

    /// <summary>Seals again what an older master key sealed; the number of keys.</summary>
    public static async Task<int> ResealAsync(Db db, SecretBox box)
    {
        var old = (await ListAcceptedAsync(db, now: 0)).Where(row => !box.IsSealedByFirst(row.SealedKey)).ToArray();
        foreach (var row in old)
        {
            using var key = row.Unseal(box);
            await db.ExecuteAsync(UpdateSealed, SigningKeyRow.Seal(key, box));
        }
        return old.Length;
    }
}

/// <summary>A signing key as it is stored.</summary>
internal sealed record SigningKeyRow
{
    private const string Purpose = "signing key"; // authenticated: a sealed key can't be moved to another table

    public required string Kid { get; init; }

    public required byte[] SealedKey { get; init; }

    /// <summary>Decided when the row is written.</summary>
    public long SignsFrom { get; init; }

    public static SigningKeyRow Seal(SigningKey key, SecretBox box)
    {
        var pkcs8 = key.ExportPkcs8();
        try
        {
            return new SigningKeyRow { Kid = key.Kid, SealedKey = box.Seal(Purpose, pkcs8) };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <exception cref="SettingsFaultException">It was sealed under a key that the settings don't name.</exception>
    public SigningKey Unseal(SecretBox box)
    {
        var pkcs8 = box.Open(Purpose, SealedKey) ?? throw new SettingsFaultException(
            [$"Secrets:Key: the signing key {Kid} in the database was sealed under another key."]);
        try
        {
            return SigningKey.Import(pkcs8);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }
}
