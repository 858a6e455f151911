using System.Diagnostics.CodeAnalysis;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Accounts;

/// <summary>A recovery that the app didn't take is tried again, and the one after that still works.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class RecoveryTests : IAsyncLifetime
{
    private readonly NodeApp app = new();
    private readonly Person ada = new();

    public async Task InitializeAsync() => await ada.AddAsync(app.Offer());

    public async Task DisposeAsync()
    {
        await ada.DisposeAsync();
        app.Dispose();
    }

    [Fact]
    public async Task What_was_tried_twice_can_be_recovered_again_also_when_the_first_try_was_destroyed()
    {
        await ada.BeginAsync(Recovery(1, app.Offer("lapses")));
        await ada.DoAsync(Recovery(1, app.Offer()));
        await ada.UntilAsync(account => account.State == AccountState.Destroyed);
        await ada.StopAsync();
        byte[] header;
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
        {
            var shelf = new AccountShelf(vault);
            var (first, second) = (shelf.Account(2)!, shelf.Account(3)!);
            Assert.Equal(first.Did, second.Did);
            Assert.Equal(first.NextKeyHash, second.NextKeyHash);
            header = Header(vault, second)!;
            Erase(shelf, first);
            Assert.Equal(header, Header(vault, second));
        }
        await ada.StartAsync();

        var again = await ada.DoAsync(Recovery(3, app.Offer()));
        Assert.Equal(AccountState.Open, Assert.Single(again.Accounts!).State);
        await ada.UntilAsync(account => account.State == AccountState.Destroyed, 3);
    }

    [Fact]
    public async Task A_try_that_was_destroyed_leaves_what_the_next_one_needs()
    {
        await ada.BeginAsync(Recovery(1, app.Offer("lapses")));
        await ada.StopAsync();
        byte[] header;
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
        {
            var shelf = new AccountShelf(vault);
            header = Header(vault, shelf.Account(2)!)!;
            Erase(shelf, shelf.Account(2)!);
            Assert.Equal([AccountShelf.SecretName(2, AccountSecret.Successor)], vault.Names("secret/0002/"));
        }
        await ada.StartAsync();
        await ada.DoAsync(Recovery(1, app.Offer()));
        await ada.UntilAsync(account => account.State == AccountState.Destroyed);
        await ada.StopAsync();
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
        {
            Assert.Equal(header, Header(vault, new AccountShelf(vault).Account(3)!));
            Assert.Empty(vault.Names("secret/0002/")); // nobody needs it any more
        }
        await ada.StartAsync();
        Assert.Equal(AccountState.Open, Assert.Single((await ada.DoAsync(Recovery(3, app.Offer()))).Accounts!).State);
    }

    private Call Recovery(int account, string link) => new(Call.Recover)
    {
        Account = $"{account}",
        Link = link,
        Secret = ada.RecoveryKey,
    };

    private static byte[]? Header(OpenVault vault, AccountRecord account) =>
        vault.Read($"core/{AccountRecord.DidOf(account.Did).Key.Bytes}/block/{0:x16}");

    private static void Erase(AccountShelf shelf, AccountRecord account) => shelf.Vault.Commit(
        AccountShelf.Put(shelf.RemoveAllOf(account), account with { State = AccountState.Destroyed }));
}
