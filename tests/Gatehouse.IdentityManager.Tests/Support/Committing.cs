using System.Globalization;
using System.Text;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>
/// A process that commits without end, each time two values that belong together, and says what it committed.
/// </summary>
internal static class Committing
{
    public static int Run(string home)
    {
        using var vault = OpenVault.Open(new VaultPlace(home), Vaults.Passphrase);
        for (var number = Read(vault, "a") + 1; ; number++)
        {
            var text = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
            // The filler makes it compact now and then, so that it is killed in the middle of that too.
            vault.Commit(new VaultBatch().Set("a", text).Set("filler", new byte[200_000]).Set("b", text));
            Console.WriteLine(number);
        }
    }

    public static int Hold(string home)
    {
        using var vault = OpenVault.Open(new VaultPlace(home), Vaults.Passphrase);
        Console.WriteLine("held");
        Console.ReadLine();
        return 0;
    }

    public static int Read(OpenVault vault, string name) => vault.Read(name) is { } value
        ? int.Parse(Encoding.ASCII.GetString(value), CultureInfo.InvariantCulture)
        : 0;
}
