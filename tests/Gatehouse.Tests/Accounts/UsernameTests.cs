using Gatehouse.Accounts;
using Gatehouse.Security;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Accounts;

public sealed class UsernameTests
{
    private static readonly OperatorPattern Default = Pattern(Username.DefaultPattern);
    private static readonly OperatorPattern Anything = Pattern("");

    [Theory]
    [InlineData("alice", "alice", "alice")]
    [InlineData(" Alice ", "Alice", "alice")]
    [InlineData("IVAN_1.x-y", "IVAN_1.x-y", "ivan_1.x-y")]
    [InlineData("42", "42", "42")]
    [InlineData("\uFF21\uFF4C\uFF49ce", "Alice", "alice")] // Full-width letters
    [InlineData("\u212Aate", "Kate", "kate")] // Kelvin sign: the same handle, so no second Kate
    [InlineData("jame\u017F", "james", "james")] // Long s, likewise
    [InlineData("administratrix", "administratrix", "administratrix")]
    public void A_name_is_accepted_under_one_key(string typed, string text, string key)
    {
        Assert.True(Username.TryParse(typed, Default, out var username));
        Assert.Equal((text, key), (username.Text, username.Key));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("-alice")]
    [InlineData(".alice")]
    [InlineData("al ice")]
    [InlineData("alice@example.com")]
    [InlineData("alice\uFF20example.com")]
    [InlineData("al\u0131ce")] // Dotless i
    [InlineData("AL\u0130CE")] // Dotted I
    [InlineData("\u0430lice")] // Cyrillic a
    [InlineData("al\u00ADice")] // Soft hyphen
    [InlineData("al\u200Dice")] // Zero-width joiner
    [InlineData("ad\0min")]
    [InlineData("alice\n")]
    [InlineData("al\uFFFEice")]
    [InlineData("\uFDFA")]
    public void What_the_default_pattern_does_not_allow_is_refused(string? typed) =>
        Assert.False(Username.TryParse(typed, Default, out _));

    [Theory]
    [InlineData("admin")]
    [InlineData("ADMIN")]
    [InlineData("\uFF41dmin")]
    [InlineData("a.d.m.i.n")]
    [InlineData("admin_")]
    [InlineData("root")]
    [InlineData("postmaster")]
    [InlineData("no-reply")]
    [InlineData("NoReply")]
    [InlineData("mailer-daemon")]
    [InlineData("\u017Fupport")]
    [InlineData("gatehouse")]
    public void Names_that_speak_for_the_site_are_refused_in_every_spelling(string typed) =>
        Assert.False(Username.TryParse(typed, Default, out _));

    [Theory]
    [InlineData("a@b")]
    [InlineData("a\uFE6Bb")]
    [InlineData("a b")]
    [InlineData("a\u00A0b")]
    [InlineData("a\u202Eb")]
    [InlineData("a\u0007b")]
    [InlineData("\u200B\u200B")]
    [InlineData("root")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")] // 65
    [InlineData("\uFDFA\uFDFA\uFDFA\uFDFA")] // 72, once unfolded
    public void No_pattern_of_the_operator_allows_an_address_a_control_or_a_text(string typed) =>
        Assert.False(Username.TryParse(typed, Anything, out _));

    [Fact]
    public void Lone_surrogates_are_refused()
    {
        Assert.False(Username.TryParse("al\uD800ice", Anything, out _));
        Assert.False(Username.TryParse("al\uDC00ice", Anything, out _));
    }

    [Fact]
    public void An_operator_may_allow_other_scripts()
    {
        Assert.True(Username.TryParse("\u0410\u043B\u0438\u0441\u0430", Pattern(@"^\p{L}+$"), out var username));
        Assert.Equal("\u0430\u043B\u0438\u0441\u0430", username.Key);
    }

    [Fact]
    public void The_default_takes_2_to_32_characters()
    {
        Assert.True(Username.TryParse(new string('a', 32), Default, out _));
        Assert.False(Username.TryParse(new string('a', 33), Default, out _));
    }

    [Fact]
    public void Names_are_equal_by_key()
    {
        Assert.True(Username.TryParse("Alice", Default, out var typed));
        Assert.True(Username.TryParse("alice", Default, out var again));
        Assert.True(Username.TryParse("alicia", Default, out var other));

        Assert.Equal(typed, again);
        Assert.Equal(typed.GetHashCode(), again.GetHashCode());
        Assert.NotEqual(typed, other);
    }

    [Theory]
    [Meets("GH-SEC-238")]
    [InlineData("tr-TR")]
    [InlineData("az-Latn-AZ")]
    public void No_culture_changes_a_key(string culture)
    {
        using var _ = new Culture(culture);

        Assert.True(Username.TryParse("IVAN", Default, out var username));
        Assert.Equal("ivan", username.Key);
        Assert.False(Username.TryParse("ADMIN", Default, out var _));
    }

    [Fact]
    public void Any_text_is_answered_and_a_key_is_its_own_key() => HostileText.Check(text =>
        !Username.TryParse(text, Anything, out var username)
        || (Username.TryParse(username.Key, Anything, out var again) && Equals(again.Key, username.Key)
            && !username.Key.Contains('@') && !username.Text.Contains('@')));

    private static OperatorPattern Pattern(string text)
    {
        Assert.True(OperatorPattern.TryParse(text.Length == 0 ? "(?s).*" : text, out var pattern));
        return pattern;
    }
}
