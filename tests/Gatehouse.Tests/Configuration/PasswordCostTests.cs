using Gatehouse.Configuration;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Tests.Configuration;

public sealed class PasswordCostTests
{
    [Theory]
    [InlineData("Passwords:MemoryKiB", "262145")]
    [InlineData("Passwords:MemoryKiB", "7")]
    [InlineData("Passwords:Iterations", "17")]
    [InlineData("Passwords:Iterations", "0")]
    public void A_cost_that_the_hasher_cannot_take_is_a_fault_at_the_start(string key, string value)
    {
        var faults = Assert.Throws<SettingsFaultException>(() => Read(key, value)).Faults;
        Assert.StartsWith($"Gatehouse:{key}: '{value}' is not a whole number", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Passwords:MemoryKiB", "262144")]
    [InlineData("Passwords:Iterations", "16")]
    public void The_highest_cost_is_taken(string key, string value) =>
        Assert.True(Read(key, value).Passwords.Parameters.AreInRange);

    private static GatehouseSettings Read(string key, string value) => SettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Gatehouse:Secrets:Key"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            [$"Gatehouse:{key}"] = value,
        }).Build(), development: true);
}
