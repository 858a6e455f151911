using System.Buffers.Text;
using Gatehouse.Security;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Security;

public sealed class SecretBytesTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    [Fact]
    [Meets("GH-SEC-128")]
    public void What_was_written_is_read()
    {
        for (var i = 0; i < 200; i++)
        {
            var secret = SecretBytes.New();
            var text = SecretBytes.ToText(secret);

            Assert.Equal(SecretBytes.TextLength, text.Length);
            Assert.Equal(secret, Parse(text));
        }
    }

    [Fact]
    [Meets("GH-SEC-013", "GH-SEC-057")]
    public void No_two_are_the_same() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => SecretBytes.ToText(SecretBytes.New())).Distinct(StringComparer.Ordinal).Count());

    /// <summary>43 characters have 2 bits to spare: of four texts for the same bits one is the secret's.</summary>
    [Fact]
    [Meets("GH-SEC-128")]
    public void A_secret_has_one_spelling()
    {
        var head = SecretBytes.ToText(SecretBytes.New())[..^1];

        var accepted = Alphabet.Where(last => Parse(head + last) is not null).ToArray();

        Assert.Equal(16, accepted.Length);
        Assert.All(accepted, last => Assert.True(SecretBytes.ToText(Parse(head + last)) == head + last));
    }

    [Theory]
    [Meets("GH-SEC-142")]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ")]
    [InlineData(" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA/AAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA\0AAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA\u00e9AAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    public void Another_text_is_none(string text) => Assert.Null(Parse(text));

    [Fact]
    public void No_text_is_an_error_of_ours() => HostileText.Check(text =>
    {
        Parse(text);
        Parse(text.PadRight(SecretBytes.TextLength, 'A')[..SecretBytes.TextLength]);
        return true;
    });

    private static byte[]? Parse(string text)
    {
        var bytes = new byte[SecretBytes.Length];
        var parsed = SecretBytes.TryParse(text, bytes);
        Assert.True(!parsed || Base64Url.EncodeToString(bytes) == text);
        return parsed ? bytes : null;
    }
}
