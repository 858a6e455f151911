using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Tokens;

/// <summary>
/// The public half of a <see cref="SigningKey"/>, thread-safe like it. A ring that rotation has replaced may still be
/// in use by a request: leave its keys to the garbage collector, and dispose only what nobody else has seen.
/// </summary>
internal sealed class VerificationKey : IDisposable
{
    public const int MinBits = 2048; // .NET verifies 1024 bits without complaint, which can be factored
    public const int MaxBits = 4096; // bounds the cost of a verification, and the buffers of AccessToken

    public const int KidLength = 43; // SHA-256 in base64url

    private readonly RSA rsa;

    public VerificationKey(RSAParameters publicHalf)
    {
        RequireStrong(publicHalf);
        rsa = RSA.Create(new RSAParameters { Modulus = publicHalf.Modulus, Exponent = publicHalf.Exponent });
        Kid = Thumbprint(publicHalf);
        TokenHeader = AccessToken.Header(Kid);
        Modulus = Base64Url.EncodeToString(publicHalf.Modulus);
        Exponent = Base64Url.EncodeToString(publicHalf.Exponent);
    }

    public string Kid { get; }

    /// <summary>The first part of every token that this key verifies.</summary>
    public string TokenHeader { get; }

    /// <summary><c>n</c> of the key set: big-endian, base64url.</summary>
    public string Modulus { get; }

    /// <summary><c>e</c> of the key set: big-endian, base64url.</summary>
    public string Exponent { get; }

    /// <summary>Reads what <see cref="ExportPublicKey"/> wrote; throws CryptographicException for all else.</summary>
    public static VerificationKey Import(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out var read);
        return read == subjectPublicKeyInfo.Length
            ? new VerificationKey(key.ExportParameters(includePrivateParameters: false))
            : throw new CryptographicException("Bytes follow the key.");
    }

    public byte[] ExportPublicKey() => rsa.ExportSubjectPublicKeyInfo();

    /// <summary>False for any signature that is not right; never throws.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public void Dispose() => rsa.Dispose();

    public override string ToString() => $"VerificationKey {Kid}";

    /// <summary>RFC 7638: SHA-256 of the key as JSON with its required members in alphabetical order.</summary>
    public static string Thumbprint(RSAParameters publicHalf)
    {
        var e = Base64Url.EncodeToString(publicHalf.Exponent);
        var n = Base64Url.EncodeToString(publicHalf.Modulus);
        var json = Encoding.ASCII.GetBytes($$"""{"e":"{{e}}","kty":"RSA","n":"{{n}}"}""");
        return Base64Url.EncodeToString(SHA256.HashData(json));
    }

    /// <summary>Throws unless the modulus has 2048 to 4096 bits and the exponent is 65537, as in all of ours.</summary>
    public static void RequireStrong(RSAParameters publicHalf)
    {
        // With its top bit set the modulus has all the bits of its bytes, and one spelling for the thumbprint.
        if (publicHalf.Modulus is not [>= 0x80, ..] || publicHalf.Modulus.Length * 8 is < MinBits or > MaxBits)
            throw new CryptographicException($"The RSA key does not have {MinBits} to {MaxBits} bits.");
        if (publicHalf.Exponent is not [1, 0, 1]) // 3 has a history of forged padding
            throw new CryptographicException("The RSA key's exponent is not 65537.");
    }
}
