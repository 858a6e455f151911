using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Vault;

public sealed class VaultCoreStoreTests : IDisposable
{
    private readonly Vaults vaults = new();
    private readonly KeyPair pair = KeyPair.Generate();

    public void Dispose()
    {
        pair.Dispose();
        vaults.Dispose();
    }

    [Fact]
    public async Task A_core_is_there_when_the_vault_is_opened_again()
    {
        using (var vault = vaults.Create())
        {
            var core = await Core.CreateAsync(new VaultCoreStore(vault), pair);
            for (byte i = 1; i <= 20; i++)
                await core.AppendAsync(new byte[] { i });
        }
        using (var vault = vaults.Open())
        {
            var core = await Core.CreateAsync(new VaultCoreStore(vault), pair);
            Assert.Equal(20UL, core.Length);
            Assert.Equal(20UL, core.ContiguousLength);
            Assert.Equal([20], (await core.GetAsync(19)).ToArray());
            Assert.Equal(20UL, await core.AppendAsync(new byte[] { 21 }));
        }
    }

    [Fact]
    public async Task Two_writers_of_one_core_do_not_write_two_histories()
    {
        using var vault = vaults.Create();
        var store = new VaultCoreStore(vault);
        var (one, two) = (await Core.CreateAsync(store, pair), await Core.CreateAsync(store, pair));
        await one.AppendAsync("one"u8.ToArray());
        var refused = await Assert.ThrowsAsync<CoreRefusedException>(async () => await two.AppendAsync("two"u8.ToArray()));
        Assert.Equal(CoreRefusal.AnotherWriter, refused.Reason);
    }

    [Fact]
    public async Task What_belongs_to_an_append_is_one_record_with_it()
    {
        using var vault = vaults.Create();
        var store = new VaultCoreStore(vault);
        var core = await Core.CreateAsync(store, pair);
        var index = await store.WithAsync(
            new VaultBatch().Set("request", [1]), () => core.AppendAsync("answer"u8.ToArray()));
        Assert.Equal(0UL, index);
        Assert.Equal([1], vault.Read("request"));
        await core.AppendAsync("next"u8.ToArray());

        // And when the append is refused, nothing of it is there.
        var other = await Core.CreateAsync(store, pair);
        await other.AppendAsync("behind its back"u8.ToArray());
        await Assert.ThrowsAsync<CoreRefusedException>(async () => await store.WithAsync(
            new VaultBatch().Set("request", [2]), () => core.AppendAsync("answer"u8.ToArray())));
        Assert.Equal([1], vault.Read("request"));
    }

    [Fact]
    public async Task A_removed_core_leaves_nothing()
    {
        using var vault = vaults.Create();
        var store = new VaultCoreStore(vault);
        var core = await Core.CreateAsync(store, pair);
        await core.AppendAsync("something"u8.ToArray());
        vault.Commit(store.Remove(core.Key));
        Assert.Empty(vault.ReadAll("core/"));
    }
}
