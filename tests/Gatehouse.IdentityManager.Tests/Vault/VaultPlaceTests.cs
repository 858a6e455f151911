using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Vault;

public sealed class VaultPlaceTests : IDisposable
{
    private readonly Vaults vaults = new();

    public void Dispose() => vaults.Dispose();

    [Fact]
    public void A_home_that_others_may_enter_is_refused()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(vaults.Place.Home, (UnixFileMode)0b111_101_000);
        var refused = Assert.Throws<VaultException>(() => vaults.Create());
        Assert.Contains("chmod 700", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(vaults.Place.Home));
    }

    [Fact]
    public void A_home_whose_name_is_too_long_for_a_socket_is_refused()
    {
        var place = new VaultPlace(Path.Combine(vaults.Place.Home, new string('a', 100)));
        Assert.Equal(VaultFault.Unfit, Assert.Throws<VaultException>(
            () => OpenVault.Create(place, Vaults.Passphrase, Vaults.Cheap, new VaultBatch())).Fault);
    }

    [Fact]
    public void A_disk_that_fails_is_not_said_to_be_another_jlinx()
    {
        File.CreateSymbolicLink(vaults.Place.Lock, vaults.Place.Lock); // can't be opened, by anybody
        Assert.ThrowsAny<IOException>(() => vaults.Create());
    }
}
