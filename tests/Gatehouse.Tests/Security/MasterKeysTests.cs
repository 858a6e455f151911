using Gatehouse.Security;

namespace Gatehouse.Tests.Security;

public sealed class MasterKeysTests
{
    private const string Good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    private const string Zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Theory]
    [InlineData(Good)]
    [InlineData(Good + "=")] // as openssl prints it
    [InlineData(" " + Good + "\n")]
    public void A_key_is_32_bytes_in_base64url(string text) => Assert.True(MasterKeys.TryParse([text], out _));

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData(Zero)]
    [InlineData(Good + Good)]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9")] // stray bits at the end
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+")]
    public void Anything_else_is_none(string text)
    {
        Assert.False(MasterKeys.TryParse([text], out _));
        Assert.False(MasterKeys.TryParse([Good, text], out _));
    }

    [Fact]
    public void No_keys_are_no_keys() => Assert.False(MasterKeys.TryParse([], out _));

    [Fact]
    public void Each_purpose_has_a_key_of_its_own_and_the_same_each_time()
    {
        var keys = Parse(Good);

        Assert.Equal(keys.Derive("a").Reveal(), Parse(Good).Derive("a").Reveal());
        Assert.NotEqual(keys.Derive("a").Reveal(), keys.Derive("b").Reveal());
        Assert.Equal(32, keys.Derive("a").Reveal().Length);
    }

    [Fact]
    public void The_first_writes_and_the_order_is_kept()
    {
        var other = SecretBytes.ToText(SecretBytes.New());
        var keys = Parse(other, Good);

        Assert.Equal(Parse(other).Derive("a").Reveal(), keys.Derive("a").Reveal());
        Assert.Equal([Parse(other).Derive("a").Reveal(), Parse(Good).Derive("a").Reveal()],
            keys.DeriveAll("a").Select(key => key.Reveal()));
    }

    [Fact]
    public void Printing_shows_nothing()
    {
        var key = Parse(Good).Derive("a");

        Assert.Equal("MasterKeys (redacted)", Parse(Good).ToString());
        Assert.Equal($"DerivedKey {key.IdText} (redacted)", key.ToString());
        Assert.Equal(8, key.IdText.Length);
    }

    private static MasterKeys Parse(params string[] texts) =>
        MasterKeys.TryParse(texts, out var keys) ? keys : throw new InvalidOperationException();
}
