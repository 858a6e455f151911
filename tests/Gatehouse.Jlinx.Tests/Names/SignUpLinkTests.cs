using Gatehouse.Jlinx.Names;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Names;

public sealed class SignUpLinkTests
{
    private static readonly DocumentId Id = Made.IdOf(Made.Pair(1));
    private static readonly string Secret = Multibase.Format(Made.Secret);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_link_is_read_as_it_is_written(bool hasSecret, bool hasOrigin)
    {
        var link = new SignUpLink(Id, hasSecret ? Made.Secret : null, hasOrigin ? Made.OriginOf("https://[::1]:8443")
            : null);
        Assert.True(SignUpLink.TryParse(link.ToString(), out var read));
        Assert.Equal(Id, read.AppUser);
        Assert.Equal(hasSecret, read.Secret is not null);
        if (read.Secret is { } secret)
            Assert.Equal(Made.Secret, secret.ToArray());
        Assert.Equal(link.Origin, read.Origin);
        Assert.Equal(link.ToString(), read.ToString());
    }

    [Fact]
    public void A_bare_id_has_no_secret()
    {
        Assert.True(SignUpLink.TryParse(Id.ToString(), out var link));
        Assert.Null(link.Secret);
        Assert.Null(link.Origin);
        Assert.Equal(Id.ToString(), link.ToString());
        Assert.Null(new SignUpLink(Id, (byte[]?)null, null).Secret); // which is an empty memory
    }

    [Fact]
    public void It_is_written_as_the_format_says() => Assert.Equal(
        $"{Id}?s={Secret}&h=https%3A%2F%2Fapp.example", new SignUpLink(Id, Made.Secret, Made.Origin).ToString());

    [Fact]
    public void Members_that_are_not_known_are_ignored_and_their_order_is_free()
    {
        Assert.True(SignUpLink.TryParse($" {Id}?x=1&h=https://app.example&S=no&s={Secret}&y \n", out var link));
        Assert.Equal(Made.Secret, link.Secret!.Value.ToArray());
        Assert.Equal(Made.Origin, link.Origin);
    }

    [Fact]
    public void What_is_said_twice_or_malformed_is_refused()
    {
        string[] bad =
        [
            $"{Id}?s={Secret}&s={Secret}", $"{Id}?h=https://app.example&h=https://app.example", $"{Id}?s=",
                $"{Id}?s={Secret}A",
            $"{Id}?s={Secret[1..]}", $"{Id}?s={Secret[..^1]}B", $"{Id}?h=", $"{Id}?h=http://app.example",
            $"{Id}?h=https://app.example/", $"{Id}?h=https%3A%2F%2Fuser%40app.example", $"?s={Secret}",
                $"x?s={Secret}", "", "?",
            $"{Id}?x={new string('x', 512)}",
        ];
        Assert.All(bad, text => Assert.False(SignUpLink.TryParse(text, out _), text));
        Assert.False(SignUpLink.TryParse(null, out _));
    }

    [Fact]
    public void Mutated_links_are_read_or_refused()
    {
        var garbage = new Garbage(2);
        var link = System.Text.Encoding.UTF8.GetBytes(new SignUpLink(Id, Made.Secret, Made.Origin).ToString());
        for (var i = 0; i < 20_000; i++)
        {
            var text = System.Text.Encoding.UTF8.GetString(garbage.Mutate(link));
            if (SignUpLink.TryParse(text, out var read))
                Assert.True(SignUpLink.TryParse(read.ToString(), out _));
        }
    }
}
