using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Gatehouse.Tokens;

namespace Gatehouse.Tests.Tokens;

/// <summary>
/// Signs whatever it is told to: what a thief of the key, or a careless issuer, could send. The key is the example of
/// RFC 7515 A.2, known to everybody, so that texts can be compared exactly.
/// </summary>
internal static class Forge
{
    public const long Now = 1_700_000_000;
    public const string Issuer = "https://gatehouse.example";
    public const string Audience = "https://api.example?a=1&b=2";
    public const string Kid = "IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8";
    public const string Header = $$"""{"alg":"RS256","typ":"at+jwt","kid":"{{Kid}}"}""";

    public static string Payload { get; } =
        """
        {"iss":"https://gatehouse.example",
        "sub":"0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a01",
        "aud":"https://api.example?a=1&b=2",
        "exp":1700003600,
        "iat":1700000000,
        "nbf":1699999995,
        "jti":"0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a02",
        "sid":"0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a03",
        "user_id":"0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a04",
        "auth_time":1699990000}
        """.ReplaceLineEndings("");

    public static AccessTokenClaims Claims { get; } = new(
        Issuer,
        Subject: "0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a01",
        Audience,
        IssuedAt: Now,
        NotBefore: Now - AccessToken.NodeClockSeconds,
        ExpiresAt: Now + 3600,
        TokenId: "0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a02",
        SessionId: "0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a03",
        UserId: "0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a04",
        AuthTime: 1_699_990_000);

    public static AccessTokenRules Rules { get; } = new(Issuer, Audience, TimeSpan.FromHours(1));

    public static SigningKey Key { get; } = SigningKey.Import(Rfc7515Key());

    public static VerificationKeys Ring { get; } = new(Key.CreateVerificationKey());

    public static AccessTokenClaims? Read(string token, long now = Now) => AccessToken.Read(token, Ring, Rules, now);

    /// <summary>Any header and any payload, with a signature that is right for them.</summary>
    public static string Token(string header, string payload) => Token(Encode(header), Encoding.UTF8.GetBytes(payload));

    public static string Token(string encodedHeader, byte[] payload) =>
        Signed($"{encodedHeader}.{Base64Url.EncodeToString(payload)}");

    /// <summary>Any text with a signature that is right for it.</summary>
    public static string Signed(string text)
    {
        var signature = new byte[256];
        Key.Sign(Encoding.UTF8.GetBytes(text), signature);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static string Replace(string text, string what, string with)
    {
        Assert.Contains(what, text, StringComparison.Ordinal);
        return text.Replace(what, with, StringComparison.Ordinal);
    }

    /// <summary>The example's private key, in PKCS #8.</summary>
    public static byte[] Rfc7515Key()
    {
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = Base64Url.DecodeFromChars(
                "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR" +
                "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB" +
                "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia" +
                "GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"),
            Exponent = [1, 0, 1],
            D = Base64Url.DecodeFromChars(
                "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46su" +
                "i395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4" +
                "qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB" +
                "4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"),
            P = Base64Url.DecodeFromChars(
                "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8" +
                "cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc"),
            Q = Base64Url.DecodeFromChars(
                "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t" +
                "62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc"),
            DP = Base64Url.DecodeFromChars(
                "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCj" +
                "n12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0"),
            DQ = Base64Url.DecodeFromChars(
                "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnw" +
                "gjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU"),
            InverseQ = Base64Url.DecodeFromChars(
                "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93" +
                "IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"),
        });
        return rsa.ExportPkcs8PrivateKey();
    }
}
