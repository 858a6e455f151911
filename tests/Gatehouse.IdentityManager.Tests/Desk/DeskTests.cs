using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Desk;

[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class DeskTests : IAsyncLifetime
{
    private readonly NodeApp app = new();
    private readonly MovedTime clock = new();
    private readonly Person ada;

    public DeskTests() => ada = new Person(clock);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await ada.DisposeAsync();
        app.Dispose();
    }

    [Fact]
    public async Task A_request_that_is_called_as_another_account_is_not_taken_for_that_ones()
    {
        using var other = new NodeApp();
        await ada.AddAsync(app.Offer());
        await ada.AddAsync(other.Offer());
        var mine = app.Do("request", new JsonObject { ["id"] = "2" });
        other.Do("request");
        await ada.RequestedAsync(2);
        await ada.DoAsync(new Call(Call.Reject) { Request = "2" }); // as a person types it: the account
        Assert.Equal("rejected", (string?)(await other.HeardAsync("answered"))["answer"]);
        Assert.Empty(app.Events("answered"));
        await ada.DoAsync(new Call(Call.Approve) { Account = "1", Request = "2", Code = (string?)mine["code"] });
        Assert.Equal("approved", (string?)(await app.HeardAsync("answered"))["answer"]);
    }

    [Fact]
    public async Task After_a_no_that_blocks_nobody_may_ask()
    {
        await ada.AddAsync(app.Offer());
        app.Do("request");
        await ada.RequestedAsync();
        await ada.DoAsync(new Call(Call.Reject) { Request = "1", Blocks = true });
        await app.HeardAsync("answered");
        Assert.Contains("nobody may ask", app.DoInVain("request"), StringComparison.Ordinal);
        Assert.Empty((await ada.DoAsync(new Call(Call.Requests))).Requests!);
    }

    [Fact]
    public async Task Keys_are_renewed_after_thirty_days_and_not_before()
    {
        await ada.AddAsync(app.Offer());
        clock.By = TimeSpan.FromDays(30) - TimeSpan.FromMinutes(2);
        app.Do("security");
        await Eventually.TrueAsync(async () => await LogAsync("SecurityEvent") == 1);
        Assert.Equal(0, await LogAsync("Rekey"));
        clock.By = TimeSpan.FromDays(30);
        await Eventually.TrueAsync(async () => await LogAsync("Rekey") == 2); // ours, and the app's answer
        clock.By = TimeSpan.Zero;
        var asked = app.Do("request");
        await ada.RequestedAsync();
        await ada.DoAsync(new Call(Call.Approve) { Request = "1", Code = (string?)asked["code"] });
        Assert.Equal("approved", (string?)(await app.HeardAsync("answered"))["answer"]);
        Assert.Equal("[1,1]", app.Do("accounts")["accounts"]![0]!["epochs"]!.ToJsonString());
    }

    [Fact]
    public async Task An_app_that_writes_with_keys_that_are_lost_here_is_written_to_no_more()
    {
        await ada.AddAsync(app.Offer());
        app.Do("raw", new JsonObject { ["hex"] = "0109" + new string('0', 2 * (24 + 256 + 16)) });
        await ada.UntilAsync(account => account.State == AccountState.Contradicted);
        Assert.Contains("recover", (await ada.AccountAsync()).Alarm, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_is_not_recovered_with_a_link_that_has_another()
    {
        await ada.AddAsync(app.Offer());
        var used = app.Offer();
        await ada.AddAsync(used);
        var reply = await ada.AskAsync(new Call(Call.Recover) { Account = "1", Link = used, Secret = ada.RecoveryKey });
        Assert.NotNull(reply.Fault);
        Assert.Equal(AccountState.Open, (await ada.AccountAsync(1)).State);
        Assert.Equal(AccountState.Open, (await ada.AccountAsync(2)).State);
    }

    [Fact]
    public async Task What_a_recovered_account_took_the_place_of_is_erased_also_after_a_crash()
    {
        await ada.AddAsync(app.Offer());
        await ada.AddAsync(app.Offer());
        await ada.StopAsync();
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase)) // as if the second had been made for that
            vault.Commit(AccountShelf.Put(new VaultBatch(), new AccountShelf(vault).Account(2)! with { Replaces = 1 }));
        await ada.StartAsync();
        await ada.UntilAsync(account => account.State == AccountState.Destroyed);
        Assert.Equal(AccountState.Open, (await ada.AccountAsync(2)).State);
    }

    [Fact]
    public async Task An_account_whose_keys_are_missing_keeps_no_other()
    {
        await ada.AddAsync(app.Offer());
        await ada.AddAsync(app.Offer());
        await ada.StopAsync();
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
            vault.Commit(new VaultBatch().Remove(AccountShelf.SecretName(1, AccountSecret.Noise)));
        await ada.StartAsync();
        Assert.Contains("without its keys", (await ada.AccountAsync(1)).Alarm, StringComparison.Ordinal);
        await ada.DoAsync(new Call(Call.Login) { Account = "2" });
        Assert.NotNull((await ada.AskAsync(new Call(Call.Login) { Account = "1" })).Fault);
    }

    [Theory]
    [InlineData("a\u202eb")]
    [InlineData("a\u2028b")]
    [InlineData("a\nb")]
    [InlineData("")]
    public async Task A_name_that_apps_would_not_take_is_refused(string name)
    {
        Assert.NotNull((await ada.AskAsync(new Call(Call.SetProfile) { Key = "name", Value = name })).Fault);
        Assert.Empty((await ada.DoAsync(new Call(Call.Profile))).Profile!);
    }

    [Fact]
    public async Task A_profile_takes_what_the_format_does()
    {
        await ada.DoAsync(new Call(Call.SetProfile) { Key = "city", Value = new string('ä', 1024) });
        await ada.DoAsync(new Call(Call.SetProfile) { Key = "name", Value = new string('ä', 64) });
        Assert.NotNull((await ada.AskAsync(new Call(Call.SetProfile) { Key = "name", Value = new string('ä', 65) })).Fault);
        Assert.NotNull((await ada.AskAsync(new Call(Call.SetProfile) { Key = "city", Value = new string('ä', 1025) })).Fault);
        Assert.NotNull((await ada.AskAsync(new Call(Call.SetProfile) { Key = "city", Value = "half \ud83d" })).Fault);
        Assert.Equal(2, (await ada.DoAsync(new Call(Call.Profile))).Profile!.Count);
    }

    private async Task<int> LogAsync(string what) =>
        (await ada.DoAsync(new Call(Call.Log) { Account = "1" })).Log!.Count(entry => entry.Event == what);
}
