// Promises: signs RS256 with an RSA key of 2048 to 4096 bits, and never shows the private half but by ExportPkcs8.
// Stores nothing: who exports seals the bytes (Secrets:Key) and zeroes them.
// Must never appear in a log, an answer or the key set: ToString tells the public id alone.
using System.Security.Cryptography;

namespace Gatehouse.Tokens;

/// <summary>
/// A key pair that signs access tokens. Thread-safe, though .NET does not promise it of RSA: nothing changes the handle
/// once it exists, each signature has an OpenSSL context of its own, and OpenSSL locks the blinding that they share.
/// So one handle serves all threads; a pool would only repeat the key in memory.
/// </summary>
internal sealed class SigningKey : IDisposable
{
    private readonly RSA rsa;

    private SigningKey(RSA rsa)
    {
        // Also makes the key exist: RSA.Create generates on first use.
        var publicHalf = rsa.ExportParameters(includePrivateParameters: false);
        VerificationKey.RequireStrong(publicHalf);
        this.rsa = rsa;
        Kid = VerificationKey.Thumbprint(publicHalf);
        TokenHeader = AccessToken.Header(Kid);
    }

    /// <summary>The public id: the thumbprint of the public half (RFC 7638), so the same on every node.</summary>
    public string Kid { get; }

    /// <summary>The first part of every token that this key signs.</summary>
    public string TokenHeader { get; }

    /// <summary>Makes a new key of 2048 to 4096 bits.</summary>
    public static SigningKey Generate(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, VerificationKey.MinBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, VerificationKey.MaxBits);
        return new SigningKey(RSA.Create(bits));
    }

    /// <summary>Reads what <see cref="ExportPkcs8"/> wrote; throws CryptographicException for all else.</summary>
    public static SigningKey Import(ReadOnlySpan<byte> pkcs8)
    {
        var pair = RSA.Create();
        try
        {
            pair.ImportPkcs8PrivateKey(pkcs8, out var read);
            return read == pkcs8.Length
                ? new SigningKey(pair)
                : throw new CryptographicException("Bytes follow the key.");
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    /// <summary>The private key, unencrypted. The caller zeroes it.</summary>
    public byte[] ExportPkcs8() => rsa.ExportPkcs8PrivateKey();

    /// <summary>The public half with a handle of its own: it goes on verifying after this key is disposed.</summary>
    public VerificationKey CreateVerificationKey() => new(rsa.ExportParameters(includePrivateParameters: false));

    /// <summary>Writes the signature (as long as the modulus) and returns its length.</summary>
    public int Sign(ReadOnlySpan<byte> data, Span<byte> signature) =>
        rsa.SignData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public void Dispose() => rsa.Dispose();

    public override string ToString() => $"SigningKey {Kid}";
}
