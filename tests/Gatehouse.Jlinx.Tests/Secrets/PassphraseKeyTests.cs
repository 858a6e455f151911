using Gatehouse.Jlinx.Secrets;

namespace Gatehouse.Jlinx.Tests.Secrets;

public sealed class PassphraseKeyTests
{
    private static readonly byte[] Salt = "0123456789abcdef"u8.ToArray();

    [Fact]
    public void It_is_the_key_that_another_implementation_makes()
    {
        // By npm's argon2: Argon2id 1.3, 3 passes, 8 MiB, one lane.
        Assert.Equal(
            "4b84dd36c8ff6962388661996da44d28f5cc65d7909686980aabbb6fd01ed7f3",
            Derive("correct horse"));
    }

    [Fact]
    public void Another_passphrase_salt_or_cost_makes_another_key()
    {
        string[] keys =
        [
            Derive("correct horse"), Derive("correct horsf"), Derive(""), Derive("correct horse", iterations: 2),
            Derive("correct horse", memory: 8 * 1024 + 4), Derive("correct horse", salt: [.. Salt.Reverse()]),
        ];
        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData(0, 8192, 16, 32)]
    [InlineData(3, 7, 16, 32)]
    [InlineData(3, 8192, 15, 32)]
    [InlineData(3, 8192, 17, 32)]
    [InlineData(3, 8192, 16, 15)]
    public void A_cost_a_salt_or_a_key_that_can_not_be_is_refused(int iterations, int memory, int salt, int key) =>
        Assert.ThrowsAny<ArgumentException>(
            () => PassphraseKey.TryDerive("x"u8, new byte[salt], iterations, memory, new byte[key]));

    private static string Derive(string passphrase, int iterations = 3, int memory = 8 * 1024, byte[]? salt = null)
    {
        var key = new byte[32];
        Assert.True(PassphraseKey.TryDerive(
            System.Text.Encoding.UTF8.GetBytes(passphrase), salt ?? Salt, iterations, memory, key));
        return Convert.ToHexStringLower(key);
    }
}
