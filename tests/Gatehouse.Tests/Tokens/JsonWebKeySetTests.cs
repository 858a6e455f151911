using System.Text;
using Gatehouse.Tests.Support;
using Gatehouse.Tokens;

namespace Gatehouse.Tests.Tokens;

public sealed class JsonWebKeySetTests
{
    [Fact]
    [Meets("GH-SEC-121")]
    public void The_document_is_exact_and_holds_public_members_only()
    {
        using var other = SigningKey.Generate(VerificationKey.MinBits);
        var first = Forge.Key.CreateVerificationKey();
        var second = other.CreateVerificationKey();

        var document = Encoding.UTF8.GetString(new VerificationKeys(first, second).JsonWebKeySet.Span);

        Assert.Equal($$"""{"keys":[{{Member(first)}},{{Member(second)}}]}""", document);
        Assert.Equal("AQAB", first.Exponent);
        Assert.StartsWith("ofgWCuLjybRlzo0tZWJj", first.Modulus, StringComparison.Ordinal);

        static string Member(VerificationKey key) =>
            $$"""{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{key.Kid}}","n":"{{key.Modulus}}","e":"AQAB"}""";
    }

    [Fact]
    public void An_empty_ring_has_an_empty_set() =>
        Assert.Equal("""{"keys":[]}""", Encoding.UTF8.GetString(new VerificationKeys().JsonWebKeySet.Span));

    [Fact]
    public void A_key_twice_in_the_ring_is_a_bug() => Assert.Throws<ArgumentException>(
        () => new VerificationKeys(Forge.Key.CreateVerificationKey(), Forge.Key.CreateVerificationKey()));
}
