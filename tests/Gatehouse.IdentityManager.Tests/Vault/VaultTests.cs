using System.Text;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Vault;

public sealed class VaultTests : IDisposable
{
    private readonly Vaults vaults = new();

    public void Dispose() => vaults.Dispose();

    [Fact]
    public void What_was_committed_is_there_when_it_is_opened_again()
    {
        using (var vault = vaults.Create(new VaultBatch().Set("first", [1])))
        {
            vault.Commit(new VaultBatch().Set("second", [2, 2]).Set("third", []));
            vault.Commit(new VaultBatch().Set("second", [3]).Remove("first"));
        }
        using var again = vaults.Open();
        Assert.Null(again.Read("first"));
        Assert.Equal([3], again.Read("second"));
        Assert.Empty(again.Read("third")!);
        Assert.False(again.IsCopy);
    }

    [Fact]
    public void Nothing_in_the_file_can_be_read_without_the_passphrase()
    {
        using (var vault = vaults.Create())
            vault.Commit(new VaultBatch().Set("secret/of-mine", Encoding.ASCII.GetBytes("treasure")));
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(vaults.Place.Vault));
        Assert.DoesNotContain("treasure", text, StringComparison.Ordinal);
        Assert.DoesNotContain("of-mine", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_passphrase_is_said_to_be_wrong_and_changes_nothing()
    {
        vaults.Create().Dispose();
        var before = File.ReadAllBytes(vaults.Place.Vault);
        Assert.Equal(VaultFault.WrongPassphrase, Fault(() => vaults.Open("Correct horse battery staple")));
        Assert.Equal(VaultFault.WrongPassphrase, Fault(() => vaults.Open("")));
        Assert.Equal(before, File.ReadAllBytes(vaults.Place.Vault));
    }

    [Fact]
    public void A_passphrase_is_the_same_however_its_accents_are_typed()
    {
        OpenVault.Create(vaults.Place, "caf\u00e9", Vaults.Cheap, new VaultBatch()).Dispose();
        vaults.Open("cafe\u0301").Dispose();
    }

    [Fact]
    public void A_vault_is_not_made_over_another()
    {
        vaults.Create(new VaultBatch().Set("mine", [1])).Dispose();
        Assert.Equal(VaultFault.Exists, Fault(() => vaults.Create()));
        using var vault = vaults.Open();
        Assert.Equal([1], vault.Read("mine"));
    }

    [Fact]
    public void Where_there_is_none_that_is_said() =>
        Assert.Equal(VaultFault.Missing, Fault(() => vaults.Open()));

    [Fact]
    public void Only_its_owner_can_read_it()
    {
        if (OperatingSystem.IsWindows())
            return;
        var place = new VaultPlace(Path.Combine(vaults.Place.Home, "deeper"));
        OpenVault.Create(place, Vaults.Passphrase, Vaults.Cheap, new VaultBatch()).Dispose();
        const UnixFileMode others = (UnixFileMode)0b000_111_111;
        Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(place.Home) & others);
        foreach (var file in Directory.GetFiles(place.Home))
            Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(file) & others);
    }

    [Fact]
    public void Two_in_one_process_do_not_have_it_at_once()
    {
        using (vaults.Create())
            Assert.Equal(VaultFault.Taken, Fault(() => vaults.Open()));
        vaults.Open().Dispose();
    }

    [Fact]
    public async Task Two_processes_do_not_have_it_at_once()
    {
        vaults.Create().Dispose();
        using var child = new Child("hold", vaults.Place.Home);
        Assert.Equal("held", await child.ReadLineAsync());
        Assert.Equal(VaultFault.Taken, Fault(() => vaults.Open()));
        await child.KillAsync();
        vaults.Open().Dispose(); // the system let it go with the process
    }

    [Fact]
    public void It_is_written_anew_when_most_of_it_is_garbage()
    {
        using var vault = vaults.Create();
        for (var i = 0; i < 40; i++)
            vault.Commit(new VaultBatch().Set("value", new byte[100_000]));
        Assert.InRange(vault.FileBytes, 100_000, 1_500_000);
        Assert.Equal(100_000, vault.Read("value")!.Length);
    }

    [Fact]
    public void The_passphrase_can_be_changed()
    {
        using (var vault = vaults.Create(new VaultBatch().Set("a", [1])))
        {
            vault.ChangePassphrase("another one", Vaults.Cheap);
            vault.Commit(new VaultBatch().Set("b", [2]));
        }
        Assert.Equal(VaultFault.WrongPassphrase, Fault(() => vaults.Open()));
        using var again = vaults.Open("another one");
        Assert.Equal([1], again.Read("a"));
        Assert.Equal([2], again.Read("b"));
    }

    [Fact]
    public void A_commit_whose_condition_fails_changes_nothing()
    {
        using var vault = vaults.Create();
        var before = vault.FileBytes;
        Assert.False(vault.TryCommit(() => false, new VaultBatch().Set("a", [1])));
        Assert.Null(vault.Read("a"));
        Assert.Equal(before, vault.FileBytes);
    }

    [Fact]
    public void A_backup_is_whole_and_knows_that_it_is_one()
    {
        var backup = Path.Combine(vaults.Place.Home, "backup");
        using (var vault = vaults.Create(new VaultBatch().Set("a", [1])))
        {
            vault.Export(backup);
            Assert.Equal(VaultFault.Exists, Fault(() => vault.Export(backup)));
            vault.Commit(new VaultBatch().Set("a", [2]));
        }
        Assert.Equal(VaultFault.Exists, Fault(() => OpenVault.Restore(vaults.Place, backup, Vaults.Passphrase)));
        var elsewhere = new VaultPlace(Path.Combine(vaults.Place.Home, "elsewhere"));
        Assert.Equal(VaultFault.WrongPassphrase, Fault(() => OpenVault.Restore(elsewhere, backup, "no")));
        Assert.False(File.Exists(elsewhere.Vault));
        OpenVault.Restore(elsewhere, backup, Vaults.Passphrase).Dispose();
        using (var restored = OpenVault.Open(elsewhere, Vaults.Passphrase))
        {
            Assert.Equal([1], restored.Read("a"));
            Assert.True(restored.IsCopy);
        }
        File.Copy(backup, vaults.Place.Vault, overwrite: true); // put there by hand it is a copy all the same
        using var copied = vaults.Open();
        Assert.True(copied.IsCopy);
    }

    private static VaultFault Fault(Action action) => Assert.Throws<VaultException>(action).Fault;

    private static VaultFault Fault(Func<object> action) => Assert.Throws<VaultException>(action).Fault;
}
