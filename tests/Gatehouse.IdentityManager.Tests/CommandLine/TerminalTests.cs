using Gatehouse.IdentityManager.CommandLine;

namespace Gatehouse.IdentityManager.Tests.CommandLine;

public sealed class TerminalTests
{
    [Fact]
    public void Half_a_character_is_no_text()
    {
        Assert.All((string[])["", "open sesame \U0001f600", "\ufffd"], typed => Assert.True(Terminal.IsWhole(typed)));
        Assert.All(
            (string[])["half \ud83d", "\ude00 half", "\ude00\ud83d", "\U0001f600\ud83d"],
            typed => Assert.False(Terminal.IsWhole(typed)));
    }
}
