using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Vault;

/// <summary>Disks that are full, and backups that are cut short.</summary>
public sealed class VaultTroubleTests : IDisposable
{
    private readonly Vaults vaults = new();

    public void Dispose() => vaults.Dispose();

    [Fact]
    public void What_is_committed_stays_so_where_there_is_no_room_for_a_second_file()
    {
        using (var vault = vaults.Create())
        {
            Directory.CreateDirectory(vaults.Place.Next); // nothing can be written there
            for (byte i = 1; i <= 40; i++)
                vault.Commit(new VaultBatch().Set("value", new byte[100_000]).Set("count", [i]));
            Assert.Equal([40], vault.Read("count"));
            Directory.Delete(vaults.Place.Next);
            for (byte i = 41; i <= 60; i++)
                vault.Commit(new VaultBatch().Set("value", new byte[100_000]).Set("count", [i]));
            Assert.InRange(vault.FileBytes, 100_000, 2_000_000); // made up for when there is room
        }
        using var again = vaults.Open();
        Assert.Equal([60], again.Read("count"));
    }

    [Fact]
    public async Task A_write_that_failed_is_as_if_it_had_not_been_and_the_next_goes_well()
    {
        if (!OperatingSystem.IsLinux())
            return;
        vaults.Create().Dispose();
        // The limit is one for all files of the process, also that which the runtime makes code in.
        using (var child = new Child(["full", vaults.Place.Home], [("DOTNET_EnableWriteXorExecute", "0")]))
        {
            Assert.Equal(
                ["refused", "refused", "committed"],
                (await child.UntilEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        using var again = vaults.Open();
        Assert.Equal(["after", "before"], again.Names(""), StringComparer.Ordinal);
    }

    [Fact]
    public void A_passphrase_that_could_not_be_changed_is_the_old_one()
    {
        using (var vault = vaults.Create(new VaultBatch().Set("a", [1])))
        {
            Directory.CreateDirectory(vaults.Place.Next);
            Assert.ThrowsAny<Exception>(() => vault.ChangePassphrase("another one", Vaults.Cheap));
            Directory.Delete(vaults.Place.Next);
            vault.Commit(new VaultBatch().Set("b", [2]));
            vault.Commit(new VaultBatch().Set("secret/c", [3]));
            vault.Commit(new VaultBatch().Remove("secret/c")); // has it written anew
        }
        using var again = vaults.Open();
        Assert.Equal([1], again.Read("a"));
        Assert.Equal([2], again.Read("b"));
    }

    [Fact]
    public void A_backup_without_its_end_is_refused_and_left_alone()
    {
        var backup = Path.Combine(vaults.Place.Home, "backup");
        using (var vault = vaults.Create(new VaultBatch().Set("a", [1])))
            vault.Export(backup);
        Assert.Equal(backup, Assert.Single(Directory.GetFiles(vaults.Place.Home, "backup*")));
        var torn = File.ReadAllBytes(backup)[..^1];
        File.WriteAllBytes(backup, torn);
        var elsewhere = new VaultPlace(Path.Combine(vaults.Place.Home, "elsewhere"));
        Assert.Equal(VaultFault.Damaged, Assert.Throws<VaultException>(
            () => OpenVault.Restore(elsewhere, backup, Vaults.Passphrase)).Fault);
        Assert.Equal(torn, File.ReadAllBytes(backup));
        Assert.False(File.Exists(elsewhere.Vault));
        elsewhere.Take().Dispose(); // nobody holds it
    }

    [Fact]
    public void A_backup_touches_no_file_that_is_there()
    {
        var backup = Path.Combine(vaults.Place.Home, "backup");
        var (mine, elsewhere) = (backup + ".part", Path.Combine(vaults.Place.Home, "elsewhere"));
        File.WriteAllText(elsewhere, "mine");
        if (OperatingSystem.IsWindows())
            File.WriteAllText(mine, "mine");
        else
            File.CreateSymbolicLink(mine, elsewhere);
        using var vault = vaults.Create(new VaultBatch().Set("a", [1]));
        vault.Export(backup);
        Assert.Equal("mine", File.ReadAllText(mine));
        Assert.Equal("mine", File.ReadAllText(elsewhere));
        Assert.Equal(2, Directory.GetFiles(vaults.Place.Home, "backup*").Length);
    }
}
