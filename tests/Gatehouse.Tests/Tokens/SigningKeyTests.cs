using System.Buffers.Text;
using System.Security.Cryptography;
using Gatehouse.Tests.Support;
using Gatehouse.Tokens;

namespace Gatehouse.Tests.Tokens;

public sealed class SigningKeyTests
{
    [Fact]
    public void The_signature_is_the_example_of_RFC_7515_A_2()
    {
        const string Signed =
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19" +
            "yb290Ijp0cnVlfQ";
        const string Signature =
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9" +
            "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB" +
            "_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq" +
            "Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

        Assert.Equal($"{Signed}.{Signature}", Forge.Signed(Signed));
    }

    [Fact]
    public void The_id_is_the_thumbprint_of_RFC_7638_3_1()
    {
        using var key = new VerificationKey(new RSAParameters
        {
            Modulus = Base64Url.DecodeFromChars(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB" +
                "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8" +
                "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_" +
                "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"),
            Exponent = [1, 0, 1],
        });

        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", key.Kid);
    }

    [Fact]
    public void A_key_survives_export_and_import()
    {
        using var key = SigningKey.Generate(VerificationKey.MinBits);
        using var again = SigningKey.Import(key.ExportPkcs8());
        using var publicHalf = key.CreateVerificationKey();
        using var publicAgain = VerificationKey.Import(publicHalf.ExportPublicKey());

        var token = AccessToken.Write(Forge.Claims, again);

        Assert.Equal([key.Kid, key.Kid, key.Kid], [again.Kid, publicHalf.Kid, publicAgain.Kid]);
        Assert.NotNull(AccessToken.Read(token, new VerificationKeys(publicAgain), Forge.Rules, Forge.Now));
        Assert.Equal(AccessToken.Write(Forge.Claims, key), token);
    }

    [Fact]
    public void A_verification_key_outlives_its_signing_key()
    {
        var key = SigningKey.Generate(VerificationKey.MinBits);
        using var publicHalf = key.CreateVerificationKey();
        var token = AccessToken.Write(Forge.Claims, key);
        key.Dispose();

        Assert.NotNull(AccessToken.Read(token, new VerificationKeys(publicHalf), Forge.Rules, Forge.Now));
    }

    [Theory]
    [Meets("GH-SEC-099")]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(2040)]
    [InlineData(8192)]
    public void A_key_of_another_size_is_not_made(int bits) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SigningKey.Generate(bits));

    [Fact]
    [Meets("GH-SEC-099")]
    public void A_key_of_1024_bits_is_not_imported()
    {
        using var weak = RSA.Create(1024);

        Assert.Throws<CryptographicException>(() => SigningKey.Import(weak.ExportPkcs8PrivateKey()));
        Assert.Throws<CryptographicException>(() => VerificationKey.Import(weak.ExportSubjectPublicKeyInfo()));
    }

    [Fact]
    [Meets("GH-SEC-099")]
    public void A_key_of_2047_bits_is_not_imported()
    {
        var modulus = new byte[256];
        modulus.AsSpan().Fill(0x7f);

        Assert.Throws<CryptographicException>(
            () => new VerificationKey(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] }));
    }

    [Theory]
    [Meets("GH-SEC-099")]
    [InlineData(new byte[] { 3 })]
    [InlineData(new byte[] { 17 })]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 255, 255 })]
    [InlineData(new byte[] { 0, 1, 0, 1 })]
    [InlineData(new byte[] { })]
    public void An_exponent_that_is_not_65537_is_refused(byte[] exponent)
    {
        var modulus = Base64Url.DecodeFromChars(Forge.Ring.FindByTokenHeader(Forge.Key.TokenHeader)!.Modulus);

        Assert.Throws<CryptographicException>(
            () => new VerificationKey(new RSAParameters { Modulus = modulus, Exponent = exponent }));
    }

    [Fact]
    public void Bytes_that_are_no_key_are_refused()
    {
        var key = Forge.Key.ExportPkcs8();

        Assert.ThrowsAny<CryptographicException>(() => SigningKey.Import([]));
        Assert.ThrowsAny<CryptographicException>(() => SigningKey.Import(key.AsSpan(1)));
        Assert.ThrowsAny<CryptographicException>(() => SigningKey.Import([.. key, 0]));
        using var publicHalf = Forge.Key.CreateVerificationKey();
        Assert.ThrowsAny<CryptographicException>(() => VerificationKey.Import(key));
        Assert.ThrowsAny<CryptographicException>(() => VerificationKey.Import([.. publicHalf.ExportPublicKey(), 0]));
    }

    [Fact]
    public void A_key_shows_nothing_but_its_id()
    {
        using var publicHalf = Forge.Key.CreateVerificationKey();

        Assert.Equal($"SigningKey {Forge.Kid}", Forge.Key.ToString());
        Assert.Equal($"VerificationKey {Forge.Kid}", publicHalf.ToString());
    }

    [Fact]
    public async Task Many_threads_share_one_key()
    {
        var expected = AccessToken.Write(Forge.Claims, Forge.Key);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                Assert.Equal(expected, AccessToken.Write(Forge.Claims, Forge.Key));
                Assert.Equal(Forge.Claims, Forge.Read(expected));
            }
        })));
    }
}
