using Gatehouse.Tests.Support;
using Gatehouse.Users;

namespace Gatehouse.Tests.Users;

public sealed class UserNameTests
{
    [Theory]
    [InlineData("Alice", "Alice")]
    [InlineData("  Alice B. ", "Alice B.")]
    [InlineData("Ame\u0301lie", "Am\u00E9lie")]
    [InlineData("<script>alert(1)</script>", "<script>alert(1)</script>")] // Kept raw: whoever prints it encodes it.
    [InlineData("\u0645\u0631\u064A\u0645", "\u0645\u0631\u064A\u0645")]
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")]
    [InlineData("\u0915\u094D\u0937\u093F", "\u0915\u094D\u0937\u093F")]
    [InlineData("\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F468\u200D\U0001F469\u200D\U0001F467")] // Family
    [InlineData("\U0001F1E9\U0001F1EA", "\U0001F1E9\U0001F1EA")] // Flag
    [InlineData("\u2764\uFE0F", "\u2764\uFE0F")]
    [InlineData("\u5F35", "\u5F35")]
    [InlineData("7", "7")]
    public void Any_script_and_emoji_is_a_name(string typed, string kept)
    {
        Assert.True(UserName.TryParse(typed, out var name));
        Assert.Equal(kept, name.Text);
    }

    [Theory]
    [Meets("GH-SEC-202", "GH-SEC-234")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \u3000\u00A0")]
    [InlineData("\u200B\u200D\uFEFF")]
    [InlineData("\u00AD")]
    [InlineData("\u0301\u20DD")]
    [InlineData("\u115F\u1160\u3164\uFFA0\u2800")] // Blank by design: Hangul fillers, empty Braille
    [InlineData("Ali\0ce")]
    [InlineData("Alice\n")]
    [InlineData("Alice\u001B[31m")]
    [InlineData("Ali\u0085ce")]
    [InlineData("Ali\u007Fce")]
    [InlineData("Ali\u202Ece")]
    [InlineData("Ali\u202Ace")]
    [InlineData("Ali\u2066ce")]
    [InlineData("Ali\u2069ce")]
    [InlineData("Ali\u2028ce")]
    [InlineData("Ali\u2029ce")]
    [InlineData("Ali\uFFFEce")]
    public void Names_that_show_nothing_or_disturb_what_is_around_them_are_refused(string? typed) =>
        Assert.False(UserName.TryParse(typed, out _));

    [Fact]
    public void Lone_surrogates_are_refused()
    {
        Assert.False(UserName.TryParse("Ali\uD83Dce", out _));
        Assert.False(UserName.TryParse("\uDE00lice", out _));
    }

    [Fact]
    [Meets("GH-SEC-201", "GH-SEC-240")]
    public void A_name_has_1_to_64_code_points_after_normalising()
    {
        Assert.True(UserName.TryParse(string.Concat(Enumerable.Repeat("\U0001F600", 64)), out _));
        Assert.True(UserName.TryParse(string.Concat(Enumerable.Repeat("e\u0301", 64)), out _));
        Assert.True(UserName.TryParse(new string('a', 64) + "  ", out _));
        Assert.False(UserName.TryParse(new string('a', 65), out _));
    }

    [Fact]
    [Meets("GH-SEC-202")]
    public void Any_text_is_answered_and_a_name_is_kept_as_it_is() => HostileText.Check(text =>
        !UserName.TryParse(text, out var name) || (UserName.TryParse(name.Text, out var again) && again == name));
}
