using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Gatehouse.Tests.Support;
using Gatehouse.Tokens;

namespace Gatehouse.Tests.Tokens;

/// <summary>Compares with npm's jose: each accepts what the other wrote, and we refuse what else it writes.</summary>
public sealed class JoseTests
{
    [Fact]
    public async Task Jose_accepts_our_token_by_our_key_set()
    {
        var input = new JsonObject
        {
            ["jwks"] = JsonNode.Parse(Forge.Ring.JsonWebKeySet.Span),
            ["token"] = AccessToken.Write(Forge.Claims, Forge.Key),
            ["options"] = new JsonObject
            {
                ["issuer"] = Forge.Issuer,
                ["audience"] = Forge.Audience,
                ["typ"] = "at+jwt",
                ["algorithms"] = new JsonArray("RS256"),
                ["requiredClaims"] = new JsonArray("sub", "jti", "sid", "user_id", "auth_time"),
                ["now"] = Forge.Now,
            },
        };

        var answer = JsonNode.Parse(await Node.RunAsync("jose.mjs", input.ToJsonString(), "verify"))!;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Forge.Header), answer["header"]));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Forge.Payload), answer["claims"]));
    }

    [Fact]
    [Meets("GH-SEC-097", "GH-SEC-098")]
    public async Task We_accept_a_token_by_jose_and_refuse_its_variants()
    {
        using var publicHalf = RSA.Create();
        publicHalf.ImportPkcs8PrivateKey(Forge.Rfc7515Key(), out _);
        var key = publicHalf.ExportParameters(includePrivateParameters: false);
        // The public key as a shared secret, in every spelling that a confused verifier has been seen to use.
        byte[][] secrets =
        [
            Encoding.UTF8.GetBytes(publicHalf.ExportSubjectPublicKeyInfoPem()),
            Encoding.UTF8.GetBytes(publicHalf.ExportSubjectPublicKeyInfoPem() + "\n"),
            Encoding.UTF8.GetBytes(publicHalf.ExportRSAPublicKeyPem() + "\n"),
            publicHalf.ExportSubjectPublicKeyInfo(),
            publicHalf.ExportRSAPublicKey(),
            Forge.Ring.JsonWebKeySet.ToArray(),
            key.Modulus!,
            Encoding.UTF8.GetBytes(Forge.Ring.FindByTokenHeader(Forge.Key.TokenHeader)!.Modulus),
        ];
        (string Alg, string Header, byte[]? Secret)[] variants =
        [
            .. secrets.Select(secret => ("HS256", Header("HS256"), (byte[]?)secret)),
            ("HS512", Header("HS512"), key.Modulus),
            ("RS384", Header("RS384"), null),
            ("RS512", Header("RS512"), null),
            ("PS256", Header("PS256"), null),
            ("ES256", Header("ES256"), null),
            ("EdDSA", Header("EdDSA"), null),
            ("RS256", """{"alg":"RS256","typ":"at+jwt"}""", null),
            ("RS256", Header("RS256").Replace("at+jwt", "JWT", StringComparison.Ordinal), null),
            ("RS256", Header("RS256", ",\"crit\":[\"more\"],\"more\":1"), null),
            ("RS256", Header("RS256", ",\"jku\":\"https://evil.example/jwks.json\""), null),
            ("JWE", Header("RS256"), null),
        ];
        JsonArray tokens = [Order("RS256", Forge.Header, secret: null)];
        foreach (var (alg, header, secret) in variants)
            tokens.Add(Order(alg, header, secret));
        var input = new JsonObject { ["pkcs8"] = Convert.ToBase64String(Forge.Rfc7515Key()), ["tokens"] = tokens };

        var answer = JsonNode.Parse(await Node.RunAsync("jose.mjs", input.ToJsonString(), "sign"))!.AsArray();

        Assert.Equal(variants.Length + 1, answer.Count);
        Assert.Equal(Forge.Claims, Forge.Read((string)answer[0]!));
        for (var i = 1; i < answer.Count; i++)
            Assert.True(Forge.Read((string)answer[i]!) is null, $"{variants[i - 1].Alg} {variants[i - 1].Header}");
    }

    private static string Header(string alg, string more = "") =>
        $$"""{"alg":"{{alg}}","typ":"at+jwt","kid":"{{Forge.Kid}}"{{more}}}""";

    private static JsonObject Order(string alg, string header, byte[]? secret) => new()
    {
        ["alg"] = alg,
        ["header"] = JsonNode.Parse(header),
        ["claims"] = JsonNode.Parse(Forge.Payload),
        ["secret"] = secret is null ? null : Convert.ToBase64String(secret),
    };
}
