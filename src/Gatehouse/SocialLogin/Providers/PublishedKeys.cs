using System.Security.Cryptography;
using System.Text.Json;
using Gatehouse.Configuration;
using Gatehouse.Tokens;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>
/// A provider's published keys (RFC 7517), kept for an hour. Promises: a key that isn't known is looked for at most once a
/// minute, whoever sends tokens; where the set can't be had, keys of the last day go on, and without any nothing verifies.
/// Must never: use a key for another algorithm than the provider's (GH-SEC-170, 183).
/// </summary>
internal sealed class PublishedKeys(
    IdTokenAlgorithm algorithm, Func<CancellationToken, Task<Uri>> address, ProviderHttp http, TimeProvider clock) : IIdTokenKeys, IDisposable
{
    private const int LeastRsaBits = 2048;
    private const int MostKeys = 32;
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan Stale = TimeSpan.FromDays(1);
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim fetching = new(1);
    private volatile KeySet? known;
    private DateTimeOffset triedAt = DateTimeOffset.MinValue; // under the semaphore

    public string Algorithm => algorithm.ToString();

    public async ValueTask<bool> VerifyAsync(
        string? keyId, byte[] signed, byte[] signature, CancellationToken cancellationToken)
    {
        var keys = await FindAsync(keyId, cancellationToken);
        return keys.Any(key => key.Verify(signed, signature));
    }

    public void Dispose() => fetching.Dispose();

    private async Task<IReadOnlyList<PublicKey>> FindAsync(string? keyId, CancellationToken cancellationToken)
    {
        if (known is { } set && clock.GetUtcNow() - set.At < Fresh && Of(set, keyId) is { Count: > 0 } found)
            return found;
        await fetching.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (now - triedAt >= BetweenFetches)
            {
                triedAt = now;
                await FetchAsync(now, CancellationToken.None); // a customer who leaves must not cost the others their minute
            }
            return known is { } current && now - current.At < Stale ? Of(current, keyId) : [];
        }
        finally
        {
            fetching.Release();
        }
    }

    private async Task FetchAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var json = await http.GetAsync(await address(cancellationToken), "key set", bearer: null, cancellationToken);
            if (!json.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
                throw new ProviderException("key set: no keys");
            known = new KeySet(now, [.. keys.EnumerateArray().Take(MostKeys).Select(Read).OfType<PublicKey>()]);
        }
        catch (ProviderException) when (known is { } last && now - last.At < Stale)
        {
            // The keys of before are still good; whoever comes in a minute tries again.
        }
    }

    private static List<PublicKey> Of(KeySet set, string? keyId) =>
        [.. set.Keys.Where(key => keyId is null || key.Id == keyId)];

    private PublicKey? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || (json.Text("use") is { } use && use != "sig")
            || (json.Text("alg") is { } alg && alg != Algorithm))
        {
            return null;
        }
        try
        {
            return algorithm switch
            {
                IdTokenAlgorithm.ES256 => ReadEc(json),
                _ => ReadRsa(json),
            };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static PublicKey? ReadRsa(JsonElement json)
    {
        if (json.Text("kty") != "RSA" || Bytes(json, "n") is not { } modulus || Bytes(json, "e") is not { } exponent)
            return null;
        var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        return rsa.KeySize < LeastRsaBits ? null : new PublicKey(json.Text("kid"), (signed, signature) =>
            rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static PublicKey? ReadEc(JsonElement json)
    {
        if (json.Text("kty") != "EC" || json.Text("crv") != "P-256" || Bytes(json, "x") is not { } x || Bytes(json, "y") is not { } y)
            return null;
        var ec = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        return new PublicKey(json.Text("kid"), (signed, signature) => ec.VerifyData(signed, signature, HashAlgorithmName.SHA256));
    }

    private static byte[]? Bytes(JsonElement json, string name)
    {
        if (json.Text(name) is not { } text)
            return null;
        var bytes = new byte[text.Length];
        return CanonicalBase64Url.TryDecode(text, bytes, out var written) ? bytes[..written] : null;
    }

    private sealed record PublicKey(string? Id, Func<byte[], byte[], bool> Verify);

    private sealed record KeySet(DateTimeOffset At, IReadOnlyList<PublicKey> Keys);
}
