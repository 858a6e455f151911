using System.Buffers.Text;
using FsCheck;
using FsCheck.Fluent;
using Gatehouse.Tests.Support;
using Gatehouse.Tokens;

namespace Gatehouse.Tests.Tokens;

public sealed class CanonicalBase64UrlTests
{
    [Theory]
    [Meets("GH-SEC-112")]
    [InlineData("QQ=")]
    [InlineData("QQ==")]
    [InlineData("QQ%%")]
    [InlineData("=")]
    [InlineData(" QQ")]
    [InlineData("QQ\n")]
    [InlineData("Q")]
    [InlineData("QUJDR")]
    [InlineData("QR")]
    [InlineData("QUJ")]
    [InlineData("+_-A")]
    [InlineData("/_-A")]
    [InlineData("QQ.")]
    [InlineData("QQ\0\0")]
    [InlineData("\uFF21\uFF21")]
    public void Another_spelling_is_refused(string text) =>
        Assert.False(CanonicalBase64Url.TryDecode(text, new byte[16], out _));

    [Fact]
    public void A_destination_too_small_is_refused() =>
        Assert.False(CanonicalBase64Url.TryDecode("QUJD", new byte[2], out _));

    [Fact]
    public void Every_text_has_bytes_that_encode_to_it_or_is_refused()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        Span<byte> bytes = stackalloc byte[2];
        var accepted = 0;
        foreach (var first in Alphabet)
        {
            foreach (var second in Alphabet)
            {
                string text = $"{first}{second}";
                if (!CanonicalBase64Url.TryDecode(text, bytes, out var length))
                    continue;
                accepted++;
                Assert.Equal(text, Base64Url.EncodeToString(bytes[..length]));
            }
        }

        Assert.Equal(256, accepted);
    }

    [Fact]
    public void All_bytes_come_back() => Prop.ForAll<byte[]>(bytes =>
    {
        bytes ??= [];
        var decoded = new byte[bytes.Length];
        return CanonicalBase64Url.TryDecode(Base64Url.EncodeToString(bytes), decoded, out var length)
            && length == bytes.Length && decoded.AsSpan().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();
}
