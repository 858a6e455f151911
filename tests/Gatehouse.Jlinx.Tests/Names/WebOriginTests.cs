using Gatehouse.Jlinx.Names;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Names;

public sealed class WebOriginTests
{
    [Theory]
    [InlineData("https://app.example")]
    [InlineData("https://app.example:8443")]
    [InlineData("https://xn--bcher-kva.example")]
    [InlineData("https://203.0.113.7")]
    [InlineData("https://[2001:db8::1]")]
    [InlineData("https://[2001:db8::1]:8443")]
    [InlineData("http://localhost")]
    [InlineData("http://localhost:5000")]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("http://[::1]:5000")]
    public void What_a_browser_writes_is_an_origin(string text)
    {
        Assert.True(WebOrigin.TryParse(text, out var origin));
        Assert.Equal(text, origin.ToString());
        Assert.Equal(text.StartsWith("http:", StringComparison.Ordinal), origin.IsLoopback);
        Assert.True(WebOrigin.TryParse(text, out var again));
        Assert.Equal(origin, again);
        Assert.Equal(origin.GetHashCode(), again.GetHashCode());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("app.example")]
    [InlineData("//app.example")]
    [InlineData("https:app.example")]
    [InlineData("https:/app.example")]
    [InlineData("https://")]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example/path")]
    [InlineData("https://app.example?q")]
    [InlineData("https://app.example#f")]
    [InlineData("https://app.example\\")]
    [InlineData("https://evil.example\\.app.example")]
    [InlineData("https://user@app.example")]
    [InlineData("https://user:word@app.example")]
    [InlineData("https://@app.example")]
    [InlineData("https://app.example@evil.example")]
    [InlineData("https://app.example:443")]
    [InlineData("https://app.example:")]
    [InlineData("https://app.example:08443")]
    [InlineData("https://app.example:99999")]
    [InlineData("http://localhost:80")]
    [InlineData("https://APP.example")]
    [InlineData("HTTPS://app.example")]
    [InlineData(" https://app.example")]
    [InlineData("https://app.example ")]
    [InlineData("https://app.example\n")]
    [InlineData("https://app\t.example")]
    [InlineData("https://app.example\0")]
    [InlineData("https://a%70p.example")]
    [InlineData("https://bücher.example")]
    [InlineData("https://ａpp.example")]
    [InlineData("https://app。example")]
    [InlineData("https://a\u00adpp.example")]
    [InlineData("https://0x7f.1")]
    [InlineData("https://2130706433")]
    [InlineData("https://0177.0.0.1")]
    [InlineData("https://[2001:DB8::1]")]
    [InlineData("https://[2001:db8:0:0:0:0:0:1]")]
    [InlineData("https://[fe80::1%25eth0]")]
    [InlineData("https://[fe80::1%eth0]")]
    [InlineData("http://app.example")]
    [InlineData("http://127.0.0.2")]
    [InlineData("http://localhost.")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("http://[::ffff:127.0.0.1]")]
    [InlineData("ws://localhost")]
    [InlineData("file:///etc")]
    [InlineData("javascript:alert(1)")]
    [InlineData("null")]
    public void What_is_written_otherwise_is_none(string? text) => Assert.False(WebOrigin.TryParse(text, out _));

    [Fact]
    public void A_long_one_is_refused()
    {
        var host = string.Join('.', Enumerable.Repeat(new string('a', 60), 5));
        Assert.False(WebOrigin.TryParse($"https://{host}", out _));
    }

    [Theory]
    [InlineData("https://app.example/any/path?q#f", true)]
    [InlineData("https://app.example:443/", true)]
    [InlineData("https://APP.example/", true)]
    [InlineData("http://app.example/", false)]
    [InlineData("https://app.example:8443/", false)]
    [InlineData("https://www.app.example/", false)]
    [InlineData("https://app.example.evil.example/", false)]
    [InlineData("https://app.example@evil.example/", false)]
    [InlineData("https://user@app.example/", false)]
    [InlineData("wss://app.example/", false)]
    public void It_owns_what_is_at_the_same_scheme_host_and_port(string address, bool owned) =>
        Assert.Equal(owned, Made.Origin.Owns(new Uri(address)));

    [Fact]
    public void It_owns_nothing_relative() => Assert.False(Made.Origin.Owns(new Uri("/path", UriKind.Relative)));

    [Fact]
    public void Whatever_is_taken_is_printable_ascii_with_one_text()
    {
        var garbage = new Garbage(1);
        string[] seeds = ["https://app.example:8443", "https://xn--bcher-kva.example", "http://[::1]:5000",
            "https://☃.example"];
        for (var i = 0; i < 20_000; i++)
        {
            var text = System.Text.Encoding.UTF8.GetString(
                garbage.Mutate(System.Text.Encoding.UTF8.GetBytes(seeds[garbage.Next(seeds.Length)])));
            if (!WebOrigin.TryParse(text, out var origin))
                continue;
            Assert.Equal(text, origin.ToString());
            Assert.All(text, character => Assert.InRange(character, '!', '~'));
            Assert.DoesNotContain('@', text);
            Assert.DoesNotContain('/', text[8..]);
            Assert.True(origin.Owns(new Uri(text + "/path")));
            Assert.Equal(origin.Uri.Host.Trim('[', ']'), origin.Uri.IdnHost); // which clients look up
        }
    }
}
