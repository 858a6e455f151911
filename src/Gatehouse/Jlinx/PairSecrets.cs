using System.Security.Cryptography;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Security;

namespace Gatehouse.Jlinx;

/// <summary>
/// What the server holds of a pair: the seed of its AppUser's signer, and the keys that its events are sealed by.
/// Sealed in the pair's row, for that row alone.
/// </summary>
internal sealed class PairSecrets : IDisposable
{
    private PairSecrets(KeyPair signer, DocumentKey? offered, PairState? keys)
    {
        Signer = signer;
        Offered = offered;
        Keys = keys;
    }

    public KeyPair Signer { get; }

    /// <summary>The AppUser's own key, before there is an AppAccount.</summary>
    public DocumentKey? Offered { get; }

    /// <summary>The keys of the pair, as soon as it is one.</summary>
    public PairState? Keys { get; }

    public static byte[] Seal(SecretBox box, string pairId, KeyPair signer, DocumentKey offered)
    {
        Span<byte> seed = stackalloc byte[DocumentKey.SeedBytes];
        offered.ExportSeed(seed);
        try
        {
            return Seal(box, pairId, signer, seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    public static byte[] Seal(SecretBox box, string pairId, KeyPair signer, PairState keys)
    {
        var exported = keys.Export();
        try
        {
            return Seal(box, pairId, signer, exported);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(exported);
        }
    }

    /// <summary>Null when the keys were destroyed.</summary>
    /// <exception cref="InvalidOperationException">They are sealed under a secret that isn't in the
    /// settings.</exception>
    public static PairSecrets? Open(SecretBox box, PairRow pair)
    {
        if (pair.Secrets.Length == 0)
            return null;
        var opened = box.Open(PurposeOf(pair.Id), pair.Secrets)
            ?? throw new InvalidOperationException("The keys of a JLINX pair are sealed under a key that Secrets:Key doesn't have.");
        try
        {
            var rest = opened.AsSpan(KeyPair.SeedBytes);
            var signer = KeyPair.FromSeed(opened.AsSpan(0, KeyPair.SeedBytes));
            if (rest.Length == DocumentKey.SeedBytes)
                return new PairSecrets(signer, DocumentKey.FromSeed(rest), null);
            return PairState.TryImport(rest, out var keys)
                ? new PairSecrets(signer, null, keys)
                : throw new InvalidOperationException("The keys of a JLINX pair can't be read.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened);
        }
    }

    /// <summary>The signer for somebody who lives longer than this.</summary>
    public KeyPair CopySigner()
    {
        Span<byte> seed = stackalloc byte[KeyPair.SeedBytes];
        Signer.ExportSeed(seed);
        var copy = KeyPair.FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return copy;
    }

    public void Dispose()
    {
        Signer.Dispose();
        Offered?.Dispose();
        Keys?.Dispose();
    }

    private static byte[] Seal(SecretBox box, string pairId, KeyPair signer, ReadOnlySpan<byte> rest)
    {
        var plain = GC.AllocateUninitializedArray<byte>(KeyPair.SeedBytes + rest.Length, pinned: true);
        try
        {
            signer.ExportSeed(plain);
            rest.CopyTo(plain.AsSpan(KeyPair.SeedBytes));
            return box.Seal(PurposeOf(pairId), plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static string PurposeOf(string pairId) => $"jlinx pair {pairId}";
}
