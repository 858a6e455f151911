using Gatehouse.Configuration;
using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Tokens;

/// <summary>
/// The signing keys as this node knows them: kept in the database sealed under <c>Secrets:Key</c>, the same on every
/// node, made at the very first start and never invented again by a restart (GH-SEC-122).
/// </summary>
internal sealed class SigningKeys(Database database, SecretBox box, GatehouseSettings settings, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan LookAgainEvery = TimeSpan.FromSeconds(1);

    // Loads follow one another: an answer from before a rotation must not overwrite the one from after it.
    private readonly SemaphoreSlim loading = new(1, 1);
    private volatile KeyState? state;
    private long lookedAgainAt;

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
        var first = Make();
        await database.TransactAloneAsync(async db =>
        {
            await SigningKeyRows.InsertFirstAsync(db, first, clock.NowMicros());
            return true;
        }, cancellationToken);
        if (!await TryLoadAsync(cancellationToken))
            throw new InvalidOperationException("Every signing key in the database is retired.");
    }

    /// <summary>Takes up what another node, the operator or the passing of time changed; false when there is no key.</summary>
    public async Task<bool> TryLoadAsync(CancellationToken cancellationToken)
    {
        await loading.WaitAsync(cancellationToken);
        try
        {
            return await LoadAsync(cancellationToken);
        }
        finally
        {
            loading.Release();
        }
    }

    /// <summary>
    /// For a token whose key isn't known: another node may have made that key a moment ago. Looks at most once a second,
    /// however many such tokens come: whoever invents key ids must not make the database work for each of them.
    /// </summary>
    public async Task LookAgainAsync(CancellationToken cancellationToken)
    {
        // Who comes while another looks waits here for what that one finds.
        await loading.WaitAsync(cancellationToken);
        try
        {
            var now = clock.NowMicros();
            if (now - lookedAgainAt < UnixMicros.Of(LookAgainEvery))
                return;
            lookedAgainAt = now;
            await LoadAsync(cancellationToken);
        }
        finally
        {
            loading.Release();
        }
    }

    /// <summary>A new key, known to nobody until its row is written.</summary>
    public SigningKeyRow Make()
    {
        using var key = SigningKey.Generate(settings.Tokens.KeySize);
        return SigningKeyRow.Seal(key, box);
    }

    public void Dispose() => loading.Dispose();

    private async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        var rows = await database.ReadAsync(db => SigningKeyRows.ListAcceptedAsync(db, now), cancellationToken);
        if (rows.Count == 0)
            return false;
        // Where the clock is behind that of the node which made the only key, no key signs yet: then the first does.
        var signing = rows.LastOrDefault(row => row.SignsFrom <= now) ?? rows[0];
        var kids = string.Join(' ', rows.Select(row => row.Kid));
        if (state is { } known && known.Kids == kids && known.Signer.Kid == signing.Kid)
            return true;
        // Keys in use elsewhere are left to the garbage collector: a request may be signing with one right now.
        var keys = rows.Select(row => row.Unseal(box)).ToArray();
        state = new KeyState(kids, new VerificationKeys(keys.Select(key => key.CreateVerificationKey())),
            keys.First(key => key.Kid == signing.Kid));
        return true;
    }

    private sealed record KeyState(string Kids, VerificationKeys Ring, SigningKey Signer);
}
