using Gatehouse.Tests.Support;
using Gatehouse.Tokens;

namespace Gatehouse.Tests.Tokens;

/// <summary>Each of these has a signature by our key that is right for it: only the header is not ours.</summary>
public sealed class AccessTokenHeaderTests
{
    private const string Kid = $"\"kid\":\"{Forge.Kid}\"";

    [Fact]
    public void Only_a_header_like_ours_may_name_a_key_that_another_node_has_made()
    {
        var other = AccessToken.Header(new string('A', VerificationKey.KidLength));

        Assert.True(AccessToken.NamesUnknownKey(other + ".x.y", Forge.Ring));
        Assert.False(AccessToken.NamesUnknownKey(Forge.Key.TokenHeader + ".x.y", Forge.Ring));
        Assert.False(AccessToken.NamesUnknownKey(other[1..] + ".x.y", Forge.Ring));
        Assert.False(AccessToken.NamesUnknownKey(other, Forge.Ring));
        Assert.False(AccessToken.NamesUnknownKey("", Forge.Ring));
        Assert.False(AccessToken.NamesUnknownKey(other + "." + new string('x', AccessToken.MaxLength), Forge.Ring));
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "\"RS256\"", "\"none\"" },
        { "\"RS256\"", "\"None\"" },
        { "\"RS256\"", "\"nOnE\"" },
        { "\"RS256\"", "\"\"" },
        { "\"RS256\"", "null" },
        { "\"RS256\"", "256" },
        { "\"RS256\"", "[\"RS256\"]" },
        { "\"RS256\"", "\"rs256\"" },
        { "\"RS256\"", "\"RS256 \"" },
        { "\"RS256\"", "\"RS256\\u0000\"" },
        { "\"RS256\"", "\"\\u0052S256\"" },
        { "\"RS256\"", "\"RS384\"" },
        { "\"RS256\"", "\"RS512\"" },
        { "\"RS256\"", "\"PS256\"" },
        { "\"RS256\"", "\"ES256\"" },
        { "\"RS256\"", "\"HS256\"" },
        { "\"RS256\"", "\"EdDSA\"" },
        { "\"alg\":\"RS256\",", "" },
        { "\"alg\":\"RS256\",", "\"alg\":\"RS256\",\"alg\":\"none\"," },
        { "\"alg\":\"RS256\",", "\"alg\":\"none\",\"alg\":\"RS256\"," },
        { "\"alg\":\"RS256\",", "\"alg\":\"RS256\",\"\\u0061lg\":\"none\"," },
        { "\"alg\"", "\"ALG\"" },
        { "\"typ\":\"at+jwt\",", "" },
        { "\"at+jwt\"", "\"JWT\"" },
        { "\"at+jwt\"", "\"jwt\"" },
        { "\"at+jwt\"", "\"AT+JWT\"" },
        { "\"at+jwt\"", "\"application/at+jwt\"" },
        { "\"at+jwt\"", "\"logout+jwt\"" },
        { "\"at+jwt\"", "\"at\\u002bjwt\"" },
        { "\"at+jwt\"", "null" },
        { "," + Kid, "" },
        { Kid, "\"kid\":null" },
        { Kid, "\"kid\":1" },
        { Kid, "\"kid\":\"\"" },
        { Kid, $"\"kid\":\"{Forge.Kid} \"" },
        { Kid, "\"kid\":\"unknown\"" },
        { Kid, "\"kid\":\"../../../dev/null\"" },
        { Kid, "\"kid\":\"' OR '1'='1' --\"" },
        { Kid, "\"kid\":\"https://evil.example/key\"" },
        { Kid, Kid + "," + Kid },
        { Kid, Kid + ",\"crit\":[]" },
        { Kid, Kid + ",\"crit\":[\"exp\"],\"exp\":1" },
        { Kid, Kid + ",\"b64\":true" },
        { Kid, Kid + ",\"b64\":false,\"crit\":[\"b64\"]" },
        { Kid, Kid + ",\"zip\":\"DEF\"" },
        { Kid, Kid + ",\"cty\":\"JWT\"" },
        { Kid, Kid + ",\"jku\":\"https://evil.example/jwks.json\"" },
        { Kid, Kid + ",\"x5u\":\"https://evil.example/cert.pem\"" },
        { Kid, Kid + ",\"x5c\":[\"MIIB\"]" },
        { Kid, Kid + ",\"x5t\":\"AA\"" },
        { Kid, Kid + ",\"jwk\":{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"AQAB\"}" },
        { Kid, Kid + ",\"more\":1" },
        { "{", " {" },
        { "{", "\uFEFF{" },
        { "}", "} " },
        { "}", "}{}" },
        { "}", "}\0" },
        { "}", "" },
    };

    [Theory]
    [Meets("GH-SEC-097", "GH-SEC-100", "GH-SEC-101", "GH-SEC-102", "GH-SEC-103", "GH-SEC-104")]
    [MemberData(nameof(Changes))]
    public void A_header_that_is_not_ours_is_refused(string what, string with) =>
        Assert.Null(Forge.Read(Forge.Token(Forge.Replace(Forge.Header, what, with), Forge.Payload)));

    [Fact]
    [Meets("GH-SEC-101")]
    public void A_kid_of_ten_KiB_is_refused()
    {
        var header = Forge.Replace(Forge.Header, Forge.Kid, new string('k', 10_240));

        Assert.Null(Forge.Read(Forge.Token(header, Forge.Payload)));
    }

    [Fact]
    public void The_same_members_in_another_order_are_not_ours() =>
        Assert.Null(Forge.Read(Forge.Token($$"""{"typ":"at+jwt","alg":"RS256",{{Kid}}}""", Forge.Payload)));
}
