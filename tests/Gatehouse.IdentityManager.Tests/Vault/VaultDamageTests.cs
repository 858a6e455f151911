using System.Security.Cryptography;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Vault;

public sealed class VaultDamageTests : IDisposable
{
    private readonly Vaults vaults = new();

    public void Dispose() => vaults.Dispose();

    [Fact]
    public void A_torn_end_is_cut_off_and_the_rest_is_kept()
    {
        var (whole, afterOne) = TwoRecords();
        for (var length = afterOne; length < whole.Length; length++)
        {
            File.WriteAllBytes(vaults.Place.Vault, whole[..length]);
            using (var vault = vaults.Open())
            {
                Assert.Equal([1], vault.Read("one"));
                Assert.Null(vault.Read("two"));
                vault.Commit(new VaultBatch().Set("three", [3]));
            }
            using var again = vaults.Open();
            Assert.Equal([3], again.Read("three"));
        }
    }

    [Fact]
    public void An_end_that_was_made_room_for_and_not_written_is_cut_off()
    {
        var (whole, afterOne) = TwoRecords(new byte[10_000]);
        var torn = (byte[])whole.Clone();
        torn.AsSpan(8192).Clear(); // whole pages, as a file system leaves them
        AssertFirstAlone(torn);
        torn.AsSpan(afterOne).Clear();
        AssertFirstAlone(torn);
        AssertFirstAlone(Torn(1024, 1536)); // a sector in the middle
        AssertFirstAlone(Torn(afterOne, 512)); // the one that the record begins in
        AssertFirstAlone(Torn(whole.Length / 512 * 512, whole.Length)); // the last

        byte[] Torn(int from, int to)
        {
            var bytes = (byte[])whole.Clone();
            bytes.AsSpan(from, to - from).Clear();
            return bytes;
        }

        void AssertFirstAlone(byte[] bytes)
        {
            File.WriteAllBytes(vaults.Place.Vault, bytes);
            using var vault = vaults.Open();
            Assert.Equal([1], vault.Read("one"));
            Assert.Null(vault.Read("two"));
        }
    }

    [Fact]
    public void Each_bit_that_is_flipped_is_noticed_and_the_file_is_left_alone()
    {
        var (whole, _) = TwoRecords();
        using var key = VaultKey.Derive(Vaults.Passphrase, VaultHeader.Decode(whole).Salt, Vaults.Cheap);
        for (var at = 0; at < whole.Length; at++)
        {
            var flipped = (byte[])whole.Clone();
            flipped[at] ^= (byte)(1 << RandomNumberGenerator.GetInt32(8));
            File.WriteAllBytes(vaults.Place.Vault, flipped);
            Assert.Throws<VaultException>(() => VaultFile.Open(vaults.Place.Vault, _ => key, _ => { }).Dispose());
            Assert.Equal(flipped, File.ReadAllBytes(vaults.Place.Vault));
        }
    }

    [Fact]
    public void A_sector_of_zeros_before_a_whole_record_is_no_torn_end()
    {
        using (var vault = vaults.Create(new VaultBatch().Set("zero", [0])))
        {
            var from = (int)vault.FileBytes;
            vault.Commit(new VaultBatch().Set("one", new byte[2000]));
            vault.Commit(new VaultBatch().Set("two", [2]));
            var bytes = Copy();
            bytes.AsSpan(from, 512 - from).Clear();
            vault.Dispose();
            AssertDamaged(bytes);
        }
    }

    [Fact]
    public void A_record_that_is_missing_in_the_middle_is_noticed()
    {
        var (whole, afterOne) = TwoRecords();
        var afterNone = VaultHeader.Bytes + Lengths(whole)[0];
        byte[] dropped = [.. whole[..afterNone], .. whole[afterOne..]];
        byte[] swapped = [.. whole[..afterNone], .. whole[afterOne..], .. whole[afterNone..afterOne]];
        byte[] doubled = [.. whole, .. whole[afterOne..]];
        Assert.All([dropped, swapped, doubled], AssertDamaged);
    }

    [Fact]
    public void A_record_of_another_file_with_the_same_key_is_noticed()
    {
        byte[] before;
        using (var vault = vaults.Create(new VaultBatch().Set("zero", [0])))
        {
            before = Copy();
            vault.Commit(new VaultBatch().Set("secret/a", [1]));
            vault.Commit(new VaultBatch().Remove("secret/a")); // has it written anew
        }
        var after = File.ReadAllBytes(vaults.Place.Vault);
        AssertDamaged([.. after[..VaultHeader.Bytes], .. before[VaultHeader.Bytes..]]);
    }

    [Fact]
    public void A_file_that_is_none_is_refused() => Assert.All(
        [[], "jlinxvlt"u8.ToArray(), new byte[1000], RandomNumberGenerator.GetBytes(1000)], AssertDamaged);

    [Fact]
    public void A_header_that_asks_for_all_memory_is_refused()
    {
        var header = new VaultHeader(new VaultCost(3, int.MaxValue), new byte[16], new byte[16], new byte[16]);
        File.WriteAllBytes(vaults.Place.Vault, header.Encode());
        Assert.Equal(VaultFault.Unknown, Assert.Throws<VaultException>(() => vaults.Open()).Fault);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_has_what_it_said_it_had()
    {
        vaults.Create().Dispose();
        var compacted = 0;
        for (var round = 0; round < 12; round++)
        {
            using var child = new Child("commit", vaults.Place.Home);
            Assert.NotNull(await child.ReadLineAsync());
            await Task.Delay(RandomNumberGenerator.GetInt32(1, 60));
            var said = await child.KillAsync();
            var complete = said.Split('\n')[..^1]; // a line without its end was perhaps not told
            using var vault = vaults.Open();
            var (a, b) = (Committing.Read(vault, "a"), Committing.Read(vault, "b"));
            Assert.Equal(a, b);
            Assert.True(complete.Length == 0 || a >= int.Parse(complete[^1], null));
            Assert.False(File.Exists(vaults.Place.Next));
            compacted = Math.Max(compacted, a);
        }
        Assert.True(compacted > 12); // it went on from where it was, and was written anew on the way
    }

    private (byte[] Whole, int AfterOne) TwoRecords(byte[]? second = null)
    {
        using var vault = vaults.Create(new VaultBatch().Set("zero", [0]));
        vault.Commit(new VaultBatch().Set("one", [1]));
        var afterOne = (int)vault.FileBytes;
        vault.Commit(new VaultBatch().Set("two", second ?? [2]));
        return (Copy(), afterOne);
    }

    private byte[] Copy()
    {
        using var stream = new FileStream(vaults.Place.Vault, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void AssertDamaged(byte[] bytes)
    {
        File.WriteAllBytes(vaults.Place.Vault, bytes);
        Assert.Equal(VaultFault.Damaged, Assert.Throws<VaultException>(() => vaults.Open()).Fault);
        Assert.Equal(bytes, File.ReadAllBytes(vaults.Place.Vault));
    }

    private static List<int> Lengths(byte[] whole)
    {
        List<int> lengths = [];
        for (var at = VaultHeader.Bytes; at < whole.Length; at += lengths[^1])
            lengths.Add(VaultRecords.PrefixBytes + BitConverter.ToInt32(whole, at));
        return lengths;
    }
}
