using System.Security.Cryptography;
using Gatehouse.Configuration;
using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Tokens;

/// <summary>
/// The signing keys as this node knows them: kept in the database sealed under <c>Secrets:Key</c>, the same on every
/// node, made at the very first start and never invented again by a restart (GH-SEC-122).
/// </summary>
internal sealed class SigningKeys(Database database, SecretBox box, GatehouseSettings settings, TimeProvider clock)
{
    private const string Purpose = "signing key";

    private const string SelectAccepted = """
        SELECT kid AS Kid, sealed_key AS SealedKey, signs_from AS SignsFrom FROM signing_keys
        WHERE retired_at IS NULL OR retired_at > @now ORDER BY signs_from, kid
        """;

    private const string InsertFirst = """
        INSERT INTO signing_keys (kid, sealed_key, created_at, signs_from)
        SELECT @Kid, @SealedKey, @now, @now WHERE NOT EXISTS (SELECT 1 FROM signing_keys)
        """;

    private volatile KeyState? state;

    /// <summary>Replaced as a whole when the keys change; the same instance means the same keys.</summary>
    public VerificationKeys Ring => Current.Ring;

    public bool IsLoaded => state is not null;

    public SigningKey Signer => Current.Signer;

    private KeyState Current => state ?? throw new InvalidOperationException("The signing keys are not loaded yet.");

    /// <summary>Makes the very first key where there is none, and loads.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (await TryLoadAsync(cancellationToken))
            return;
        using var key = SigningKey.Generate(settings.Tokens.KeySize);
        var pkcs8 = key.ExportPkcs8();
        try
        {
            var row = new { key.Kid, SealedKey = box.Seal(Purpose, pkcs8), now = clock.NowMicros() };
            await database.TransactAloneAsync(db => db.ExecuteAsync(InsertFirst, row), cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
        if (!await TryLoadAsync(cancellationToken))
            throw new InvalidOperationException("No signing key can be opened with this Secrets:Key.");
    }

    /// <summary>Takes up what another node or the operator changed.</summary>
    public async Task<bool> TryLoadAsync(CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        var rows = await database.ReadAsync(db => db.ListAsync<Row>(SelectAccepted, new { now }), cancellationToken);
        var kids = string.Join(' ', rows.Select(row => row.Kid));
        var signing = rows.LastOrDefault(row => row.SignsFrom <= now);
        if (signing is null)
            return false;
        if (state is { } known && known.Kids == kids && known.Signer.Kid == signing.Kid)
            return true;
        // Keys in use elsewhere are left to the garbage collector: a request may be signing with one right now.
        var keys = rows.Select(Unseal).ToArray();
        state = new KeyState(kids, new VerificationKeys(keys.Select(key => key.CreateVerificationKey())),
            keys.First(key => key.Kid == signing.Kid));
        return true;
    }

    private SigningKey Unseal(Row row)
    {
        var pkcs8 = box.Open(Purpose, row.SealedKey) ?? throw new SettingsFaultException(
            [$"Secrets:Key: the signing key {row.Kid} in the database was sealed under another key."]);
        try
        {
            return SigningKey.Import(pkcs8);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    private sealed record KeyState(string Kids, VerificationKeys Ring, SigningKey Signer);

    private sealed record Row
    {
        public required string Kid { get; init; }

        public required byte[] SealedKey { get; init; }

        public required long SignsFrom { get; init; }
    }
}
