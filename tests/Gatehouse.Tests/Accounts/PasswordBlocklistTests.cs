using Gatehouse.Accounts;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Accounts;

public sealed class PasswordBlocklistTests
{
    [Fact]
    [Meets("GH-SEC-030")]
    public void More_than_10000_passwords_of_sufficient_length_are_listed() =>
        Assert.InRange(PasswordBlocklist.Count, 10_000, 1_000_000);

    [Theory]
    [InlineData("password")]
    [InlineData("  password1 ")]
    [InlineData("qwerty123")]
    [InlineData("1q2w3e4r")]
    [InlineData("iloveyou")]
    public void Common_passwords_are_listed(string folded) => Assert.True(PasswordBlocklist.Contains(folded));

    [Theory]
    [InlineData("zzzzzzzzzzzz")]
    [InlineData("123456789012345")]
    [InlineData("0123456789")]
    [InlineData("987654321098")]
    [InlineData("abcdefghijklmnop")]
    [InlineData("hgfedcba")]
    [InlineData("qwertyuiop[]")]
    [InlineData("poiuytrewq")]
    [InlineData("qwertzuiop")]
    [InlineData("azertyuiop")]
    [InlineData("!@#$%^&*()")]
    [InlineData("abcd12345678")]
    [InlineData("121212121212")]
    [InlineData("aaaaaaaaaaab")]
    [InlineData("\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600")]
    public void Runs_of_any_length_count_as_common(string folded) => Assert.True(PasswordBlocklist.Contains(folded));

    [Theory]
    [InlineData("correcthorsebatterystaple")]
    [InlineData("834729105837462")]
    [InlineData("where were we trees")]
    [InlineData("\U0001F431\U0001F680\U0001F355\U0001F30D\U0001F3B8\U0001F984\U0001F35C\U0001F511")]
    public void Others_do_not(string folded) => Assert.False(PasswordBlocklist.Contains(folded));

    [Fact]
    public void From_64_code_points_on_only_the_list_counts()
    {
        Assert.True(PasswordBlocklist.Contains(new string('x', 63)));
        Assert.False(PasswordBlocklist.Contains(new string('x', 64)));
    }
}
