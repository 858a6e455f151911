using System.Net.Sockets;
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
    public async Task Nobody_is_asked_in_a_home_that_others_may_enter_who_says_that_they_have_the_vault()
    {
        if (OperatingSystem.IsWindows())
            return;
        vaults.Create().Dispose();
        File.SetUnixFileMode(vaults.Place.Home, (UnixFileMode)0b111_111_111);
        using var another = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        another.Bind(new UnixDomainSocketEndPoint(vaults.Place.Socket));
        another.Listen();
        var said = await Commands.RunAsync(vaults.Place, "accounts");
        Assert.Equal(2, said.Code);
        Assert.Contains("chmod 700", said.Error, StringComparison.Ordinal);
        Assert.False(another.Poll(TimeSpan.Zero, SelectMode.SelectRead)); // not even connected to
    }

    [Fact]
    public async Task A_vault_that_was_moved_to_a_home_of_too_long_a_name_is_refused_in_words()
    {
        vaults.Create().Dispose();
        var place = new VaultPlace(Path.Combine(vaults.Place.Home, new string('a', 100)));
        Directory.CreateDirectory(place.Home);
        File.Copy(vaults.Place.Vault, place.Vault);
        var said = await Commands.RunAsync(place, "accounts");
        Assert.Equal(2, said.Code);
        Assert.Contains("is too long", said.Error, StringComparison.Ordinal);
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
