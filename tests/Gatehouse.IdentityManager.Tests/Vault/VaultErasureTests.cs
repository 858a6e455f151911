using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Vault;

/// <summary>What was a secret and isn't any more is in no byte of any file.</summary>
public sealed class VaultErasureTests : IDisposable
{
    private readonly Vaults vaults = new();

    public void Dispose() => vaults.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_secret_that_is_replaced_or_removed_is_in_neither_the_new_file_nor_the_old(bool isReplaced)
    {
        using var vault = vaults.Create(new VaultBatch().Set("secret/a", [1, 2, 3]).Set("kept", [4]));
        using var before = Open();
        vault.Commit(isReplaced ? new VaultBatch().Set("secret/a", [5]) : new VaultBatch().Remove("secret/a"));
        Assert.DoesNotContain(Values(), value => value is [1, 2, 3]);
        Assert.Contains(Values(), value => value is [4]);
        AssertZero(before);
        Assert.False(vault.OwesErasure);
    }

    [Fact]
    public void What_is_no_secret_or_stays_the_same_costs_no_new_file()
    {
        using var vault = vaults.Create(new VaultBatch().Set("secret/a", [1, 2, 3]).Set("b", [4]));
        var before = vault.FileBytes;
        vault.Commit(new VaultBatch().Set("secret/a", [1, 2, 3]).Set("b", [5]));
        Assert.True(vault.FileBytes > before);
    }

    [Fact]
    public void The_old_file_is_written_over_when_most_of_it_is_garbage()
    {
        using var vault = vaults.Create(new VaultBatch().Set("value", [1]));
        using var before = Open();
        while (vault.FileBytes >= before.Length)
            vault.Commit(new VaultBatch().Set("value", new byte[200_000]));
        AssertZero(before);
    }

    [Fact]
    public void What_a_crash_or_a_full_disk_kept_from_being_erased_is_erased_later()
    {
        vaults.Create(new VaultBatch().Set("secret/a", [1, 2, 3])).Dispose();
        using (var vault = vaults.Open())
        {
            Directory.CreateDirectory(vaults.Place.Next); // nothing can be written there
            vault.Commit(new VaultBatch().Remove("secret/a"));
            Assert.Null(vault.Read("secret/a"));
            Assert.True(vault.OwesErasure);
            Assert.Contains(Values(), value => value is [1, 2, 3]);
        }
        Directory.Delete(vaults.Place.Next);
        using var again = vaults.Open();
        Assert.False(again.OwesErasure);
        Assert.DoesNotContain(Values(), value => value is [1, 2, 3]);
    }

    [Fact]
    public void A_full_disk_that_has_room_again_is_written_to_without_a_restart()
    {
        using var vault = vaults.Create(new VaultBatch().Set("secret/a", [1, 2, 3]));
        Directory.CreateDirectory(vaults.Place.Next);
        vault.Commit(new VaultBatch().Remove("secret/a"));
        Directory.Delete(vaults.Place.Next);
        vault.Commit(new VaultBatch().Set("value", new byte[100_000]));
        Assert.DoesNotContain(Values(), value => value is [1, 2, 3]);
    }

    private FileStream Open() =>
        new(vaults.Place.Vault, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>All that the file has, for whoever has the passphrase: what was removed from it too.</summary>
    private List<byte[]> Values()
    {
        var copy = Path.Combine(vaults.Place.Home, "copy");
        using (var vault = Open())
        using (var file = File.Create(copy))
            vault.CopyTo(file);
        List<byte[]> values = [];
        VaultFile.ReadWhole(
            copy, header => VaultKey.Derive(Vaults.Passphrase, header.Salt, header.Cost),
            batch => values.AddRange(batch.Changes.Select(change => change.Value).OfType<byte[]>()));
        return values;
    }

    private static void AssertZero(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.Seek(0, SeekOrigin.Begin);
        file.ReadExactly(bytes);
        Assert.NotEmpty(bytes);
        Assert.All(bytes.Distinct(), value => Assert.Equal(0, value));
    }
}
