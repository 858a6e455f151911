using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Accounts;

/// <summary>Accounts that are to be destroyed while something stands in the way.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class DestroyingTests : IAsyncLifetime
{
    private readonly NodeApp app = new();
    private readonly Person ada = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await ada.DisposeAsync();
        app.Dispose();
    }

    [Fact]
    public async Task A_full_disk_keeps_no_account_from_being_destroyed()
    {
        await ada.AddAsync(app.Offer());
        Directory.CreateDirectory(ada.Place.Next); // the file can't be written anew
        var destroyed = await ada.DoAsync(Destroy());
        Assert.Equal(AccountState.Destroyed, Assert.Single(destroyed.Accounts!).State);
        Assert.Contains("tries again", destroyed.Text, StringComparison.Ordinal);
        Assert.True((await ada.AskAsync(Destroy())).IsNothing);
        await ada.StopAsync();
        Directory.Delete(ada.Place.Next);
        await ada.StartAsync();
        Assert.Equal(AccountState.Destroyed, (await ada.AccountAsync()).State);
    }

    [Fact]
    public async Task An_account_at_an_app_that_is_gone_is_erased_here_when_that_is_asked_for_twice()
    {
        await ada.AddAsync(app.Offer());
        app.Do("request");
        await ada.RequestedAsync();
        await ada.StopAsync();
        app.Dispose();
        await ada.StartAsync();
        var first = await ada.DoAsync(Destroy());
        Assert.Equal(AccountState.Destroying, Assert.Single(first.Accounts!).State);
        Assert.Empty((await ada.DoAsync(new Call(Call.Requests))).Requests!); // nobody is let in after that
        Assert.Contains("once more", first.Text, StringComparison.Ordinal);
        var second = await ada.DoAsync(Destroy());
        Assert.Equal(AccountState.Destroyed, Assert.Single(second.Accounts!).State);
        Assert.Contains("was not told", second.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_account_that_waits_for_the_app_is_erased_at_once_only_where_the_app_never_heard_of_it(bool isUnseen)
    {
        await ada.BeginAsync(new Call(Call.Add) { Link = app.Offer("lapses") });
        await app.HeardAsync("refused");
        await ada.StopAsync();
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
        {
            var account = new AccountShelf(vault).Account(1)!;
            Assert.Equal((AccountState.Opening, false), (account.State, account.IsUnseen));
            vault.Commit(AccountShelf.Put(new VaultBatch(), account with { IsUnseen = isUnseen }));
        }
        app.Dispose();
        await ada.StartAsync(); // in this run nothing is heard of the app
        var destroyed = await ada.DoAsync(Destroy());
        Assert.Equal(
            isUnseen ? AccountState.Destroyed : AccountState.Destroying, Assert.Single(destroyed.Accounts!).State);
        Assert.Contains(isUnseen ? "was not told" : "can't be told yet", destroyed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_an_account_whose_app_contradicts_it_is_not_said_that_the_app_was_told()
    {
        await ada.AddAsync(app.Offer());
        app.Do("request", new JsonObject { ["wrong"] = "head" });
        await ada.UntilAsync(account => account.State == AccountState.Contradicted);
        var destroyed = await ada.DoAsync(Destroy());
        Assert.Equal(AccountState.Destroyed, Assert.Single(destroyed.Accounts!).State);
        Assert.Contains("was not told", destroyed.Text, StringComparison.Ordinal);
    }

    private static Call Destroy() => new(Call.Destroy) { Account = "1" };
}
