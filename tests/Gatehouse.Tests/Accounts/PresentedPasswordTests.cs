using Gatehouse.Accounts;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Accounts;

public sealed class PresentedPasswordTests
{
    [Theory]
    [Meets("GH-SEC-033")]
    [InlineData("x")]
    [InlineData(" leading and trailing ")]
    [InlineData("NUL \0 inside")]
    [InlineData("\n")]
    public void A_password_is_taken_whole(string typed)
    {
        Assert.True(PresentedPassword.TryParse(typed, out var password));
        Assert.Equal(typed, password.Reveal());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\uFFFE")]
    public void What_cannot_be_hashed_is_refused(string? typed) =>
        Assert.False(PresentedPassword.TryParse(typed, out _));

    [Fact]
    [Meets("GH-SEC-034")]
    public void Lone_surrogates_are_refused()
    {
        Assert.False(PresentedPassword.TryParse("lone \uD800 surrogate", out _));
        Assert.False(PresentedPassword.TryParse("lone \uDC00 surrogate", out _));
    }

    [Fact]
    public void Canonically_equal_spellings_are_one_password_and_compatible_ones_are_not()
    {
        Assert.Equal(Reveal("p\u00E4ssw\u00F6rd"), Reveal("pa\u0308sswo\u0308rd"));
        foreach (var other in new[] { "\uFF50\uFF41\uFF53\uFF53", "Pass", "pass ", " pass" })
            Assert.NotEqual("pass", Reveal(other), StringComparer.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-028")]
    public void At_most_256_code_points_and_1024_bytes_are_hashed()
    {
        Reveal(new string('x', 256));
        Reveal(string.Concat(Enumerable.Repeat("\U0001F600", 256))); // 1,024 bytes
        Reveal(string.Concat(Enumerable.Repeat("e\u0301", 256)));
        Reveal(string.Concat(Enumerable.Repeat("\u03B1\u0313\u0300\u0345", 256))); // NFC makes one of four
        Assert.False(PresentedPassword.TryParse(new string('x', 257), out _));
        Assert.False(PresentedPassword.TryParse(string.Concat(Enumerable.Repeat("\U0001F600", 257)), out _));
        Assert.False(PresentedPassword.TryParse(new string('x', 1_000_000), out _));
    }

    [Fact]
    public void It_is_never_printed()
    {
        Assert.True(PresentedPassword.TryParse("correct horse", out var password));
        Assert.Equal("[password]", $"{password}");
    }

    [Fact]
    public void Any_text_is_answered() => HostileText.Check(text =>
        !PresentedPassword.TryParse(text, out var password)
        || (PresentedPassword.TryParse(password.Reveal(), out var again) && Equals(again.Reveal(), password.Reveal())));

    private static string Reveal(string typed)
    {
        Assert.True(PresentedPassword.TryParse(typed, out var password));
        return password.Reveal();
    }
}
