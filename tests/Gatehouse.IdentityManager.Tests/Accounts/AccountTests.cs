using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Accounts;

[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class AccountTests : IAsyncLifetime
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
    public async Task An_account_is_made_and_logged_in_with_the_right_code()
    {
        await ada.DoAsync(new Call(Call.SetProfile) { Key = "name", Value = "Ada Lovelace" });
        var link = app.Offer();
        Assert.Equal("Node app", (await ada.DoAsync(new Call(Call.Review) { Link = link })).Offer!.Name);
        var account = Assert.Single((await ada.AddAsync(link)).Accounts!);
        Assert.Equal(AccountState.Open, account.State);
        Assert.Equal(account.Did, (string?)(await app.HeardAsync("accepted"))["did"]);
        Assert.Equal("Ada Lovelace", (string?)(await app.HeardAsync("profile"))["name"]);
        Assert.Contains(
            (await ada.DoAsync(new Call(Call.Log) { Account = "1", Verifies = true })).Log!,
            entry => entry is { Event: "SetProfile", Index: 2, Detail: "Ada Lovelace", IsSound: true });

        var asked = app.Do("request");
        var request = (await ada.RequestedAsync())[0];
        Assert.Equal((string?)asked["request"], request.Id);
        Assert.Equal(3, request.Codes.Distinct(StringComparer.Ordinal).Count());
        Assert.Contains((string)asked["code"]!, request.Codes, StringComparer.Ordinal);
        await ada.DoAsync(new Call(Call.Approve) { Request = request.Id, Code = (string?)asked["code"] });
        Assert.Equal("approved", (string?)(await app.HeardAsync("answered"))["answer"]);
        Assert.Empty((await ada.DoAsync(new Call(Call.Requests))).Requests!);
        Assert.True((await ada.AskAsync(new Call(Call.Approve) { Request = request.Id, Code = "000" })).IsNothing);
    }

    [Fact]
    public async Task A_wrong_code_rejects_the_request()
    {
        await ada.AddAsync(app.Offer());
        var asked = app.Do("request");
        var wrong = (string?)asked["code"] == "000" ? "001" : "000";
        Assert.NotNull((await ada.AskAsync(new Call(Call.Requests))).Requests);
        Assert.NotNull((await ada.AskAsync(new Call(Call.Approve) { Request = "1", Code = wrong })).Fault);
        Assert.Equal("rejected", (string?)(await app.HeardAsync("answered"))["answer"]);
    }

    [Fact]
    public async Task Two_requests_at_once_at_two_apps_both_wait_also_after_a_restart()
    {
        using var other = new NodeApp();
        await ada.AddAsync(app.Offer());
        await ada.AddAsync(other.Offer());
        app.Do("request");
        other.Do("request");
        var before = await ada.RequestedAsync(2);
        await ada.StopAsync();
        await ada.StartAsync();
        var after = await ada.RequestedAsync(2);
        Assert.Equal(before.Select(request => request.Id), after.Select(request => request.Id), StringComparer.Ordinal);
        Assert.Equal(before[0].Codes, after[0].Codes, StringComparer.Ordinal); // drawn once: a second draw would show which is right
    }

    [Fact]
    public async Task A_request_is_found_that_came_while_nothing_ran_and_the_newest_replaces_it()
    {
        await ada.AddAsync(app.Offer());
        await ada.StopAsync();
        app.Do("request");
        var newest = app.Do("request");
        await ada.StartAsync();
        var request = (await ada.RequestedAsync())[0];
        Assert.Equal((string?)newest["request"], request.Id);
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("expired")]
    public async Task A_request_for_another_origin_or_from_yesterday_is_not_shown(string wrong)
    {
        await ada.AddAsync(app.Offer());
        app.Do("request", new JsonObject { ["wrong"] = wrong });
        Assert.Empty((await ada.DoAsync(new Call(Call.Requests))).Requests!);
    }

    [Fact]
    public async Task An_app_that_has_seen_another_history_is_written_to_no_more()
    {
        await ada.AddAsync(app.Offer());
        app.Do("request", new JsonObject { ["wrong"] = "head" });
        await ada.UntilAsync(account => account.State == AccountState.Contradicted);
        Assert.Empty((await ada.DoAsync(new Call(Call.Requests))).Requests!);
        Assert.NotNull((await ada.AccountAsync()).Alarm);
        var fault = (await ada.AskAsync(new Call(Call.Login) { Account = "1" })).Fault;
        Assert.Contains("another history", fault, StringComparison.Ordinal);
        Assert.Empty(app.Events("link"));
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("author")]
    [InlineData("didOrigin")]
    [InlineData("revoked")]
    [InlineData("deactivated")]
    [InlineData("expired")]
    [InlineData("proof")]
    [InlineData("secret")]
    [InlineData("endpoint")]
    [InlineData("x25519")]
    [InlineData("member")]
    [InlineData("oversize")]
    public async Task An_offer_with_a_fault_makes_no_account(string wrong)
    {
        var reply = await ada.AskAsync(new Call(Call.Add) { Link = app.Offer(wrong) });
        Assert.NotNull(reply.Fault);
        Assert.Empty((await ada.DoAsync(new Call(Call.Accounts))).Accounts!);
        Assert.Empty(app.Events("accepted"));
    }

    [Fact]
    public async Task The_same_link_twice_is_one_account()
    {
        var link = app.Offer();
        await ada.AddAsync(link);
        await ada.StopAsync();
        await ada.StartAsync();
        await ada.AddAsync(link);
        Assert.Single((await ada.DoAsync(new Call(Call.Accounts))).Accounts!);
        Assert.Single(app.Events("accepted"));
    }

    [Fact]
    public async Task A_login_link_is_good_and_one_that_was_not_made_here_raises_an_alarm()
    {
        await ada.AddAsync(app.Offer());
        var url = (await ada.DoAsync(new Call(Call.Login) { Account = "1" })).Url!;
        var redeemed = app.Do("redeem", new JsonObject { ["token"] = url[(url.LastIndexOf('/') + 1)..] });
        Assert.True((bool)redeemed["redeemed"]!);
        await ada.DoAsync(new Call(Call.Requests));
        Assert.Null((await ada.AccountAsync()).Alarm);
        app.Do("event", new JsonObject
        {
            ["type"] = "RedeemedOnetimeLoginLink",
            ["data"] = new JsonObject { ["tokenHash"] = "u" + new string('A', 43) },
        });
        await ada.UntilAsync(account => account is { Alarm: not null, CanDismiss: true });
        await ada.DoAsync(new Call(Call.Dismiss) { Account = "1" });
        Assert.Null((await ada.AccountAsync()).Alarm);
        Assert.True((await ada.AskAsync(new Call(Call.Dismiss) { Account = "1" })).IsNothing);
    }

    [Fact]
    public async Task Keys_are_renewed_when_the_app_does_and_the_log_is_still_verified()
    {
        await ada.AddAsync(app.Offer());
        app.Do("security", new JsonObject { ["kind"] = "password_changed", ["detail"] = "by mail" });
        app.Do("rekey");
        await app.HeardAsync("rekeyed");
        var asked = app.Do("request");
        await ada.RequestedAsync();
        await ada.DoAsync(new Call(Call.Approve) { Request = "1", Code = (string?)asked["code"] });
        var log = (await ada.DoAsync(new Call(Call.Log) { Account = "1", Verifies = true })).Log!;
        Assert.Contains(log, entry => entry is { Event: "SecurityEvent", Detail: "password_changed, by mail" });
        Assert.All(log, entry => Assert.StartsWith("signed", entry.Check, StringComparison.Ordinal));
        Assert.Contains(log, entry => entry.Check == "signed and read again");
    }

    [Fact]
    public async Task An_app_that_renews_keys_without_end_is_answered_now_and_then()
    {
        await ada.AddAsync(app.Offer());
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            app.Do("rekey");
            await app.HeardAsync("rekeyed", told => (int)told["epoch"]! == epoch);
        }
        app.Do("rekey");
        await Eventually.TrueAsync(async () => (await ada.DoAsync(new Call(Call.Log) { Account = "1" })).Log!
            .Count(entry => entry is { Event: "Rekey", Document: "AppUser" }) == 6);
        await Task.Delay(1000); // as long as an answer takes
        Assert.Equal(5, app.Events("rekeyed").Count);
        Assert.NotNull((await ada.DoAsync(new Call(Call.Login) { Account = "1" })).Url); // everything else goes on
    }

    [Fact]
    public async Task A_destroyed_account_is_erased_here_and_known_there()
    {
        await ada.AddAsync(app.Offer());
        await ada.DoAsync(new Call(Call.Destroy) { Account = "1" });
        await ada.UntilAsync(account => account.State == AccountState.Destroyed);
        Assert.Equal("manager", (string?)(await app.HeardAsync("destroyed"))["by"]);
        await ada.StopAsync();
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
        {
            Assert.Empty(vault.ReadAll("secret/0001/"));
            Assert.Empty(vault.ReadAll("log/"));
            Assert.Empty(vault.ReadAll("core/"));
        }
        await ada.StartAsync();
    }

    [Fact]
    public async Task An_account_that_the_app_destroys_is_erased_too()
    {
        await ada.AddAsync(app.Offer());
        app.Do("destroy");
        await ada.UntilAsync(account => account.State == AccountState.Destroyed);
    }

    [Fact]
    public async Task Two_histories_of_the_app_end_it_with_an_alarm()
    {
        await ada.AddAsync(app.Offer());
        app.Do("security");
        await ada.DoAsync(new Call(Call.Requests));
        app.Do("fork");
        await ada.UntilAsync(account => account.State == AccountState.Contradicted);
    }

    [Fact]
    public async Task A_restored_backup_goes_on_with_the_same_history()
    {
        await ada.AddAsync(app.Offer());
        var backup = Path.Combine(ada.Place.Home, "backup");
        await ada.DoAsync(new Call(Call.Backup) { File = backup });
        var url = (await ada.DoAsync(new Call(Call.Login) { Account = "1" })).Url!; // what the backup lacks
        await ada.StopAsync();
        File.Copy(backup, ada.Place.Vault, overwrite: true);
        await ada.StartAsync();
        await ada.DoAsync(new Call(Call.Login) { Account = "1" });
        var accounts = (JsonArray)app.Do("accounts")["accounts"]!;
        Assert.Null(accounts[0]!["stopped"]);
        Assert.Equal(2, app.Events("link").Count);
        app.Do("redeem", new JsonObject { ["token"] = url[(url.LastIndexOf('/') + 1)..] });
        await Eventually.TrueAsync(async () => (await ada.DoAsync(new Call(Call.Log) { Account = "1" })).Log!
            .Any(entry => entry.Event == "RedeemedOnetimeLoginLink"));
        Assert.Null((await ada.AccountAsync()).Alarm); // it was made here
        await Eventually.TrueAsync(async () =>
        {
            await ada.StopAsync();
            using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
            {
                if (!vault.IsCopy) // the app has sent what it lacked
                    return true;
            }
            await ada.StartAsync();
            await Task.Delay(1000);
            return false;
        });
        await ada.StartAsync();
        Assert.Equal(AccountState.Open, (await ada.AccountAsync()).State);
    }

    [Fact]
    public async Task A_full_disk_is_told_of_and_what_came_meanwhile_is_heard_afterwards()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await ada.AddAsync(app.Offer());
        await ada.StopAsync();
        using (var child = new Child(["serve-full", ada.Place.Home], [("DOTNET_EnableWriteXorExecute", "0")]))
        {
            Assert.Equal("full", await child.ReadLineAsync());
            app.Do("security");
            Assert.Equal("told\nwell\n", await child.UntilEndAsync());
        }
        await ada.StartAsync();
    }

    [Fact]
    public async Task A_lost_key_is_replaced_by_the_one_that_was_kept()
    {
        await ada.AddAsync(app.Offer());
        var link = app.Offer();
        Assert.NotNull((await ada.AskAsync(
            new Call(Call.Recover) { Account = "1", Link = link, Secret = "not a key" })).Fault);
        var recovered = await ada.DoAsync(
            new Call(Call.Recover) { Account = "1", Link = link, Secret = ada.RecoveryKey.ToLowerInvariant() });
        Assert.Equal(AccountState.Open, Assert.Single(recovered.Accounts!).State);
        Assert.NotNull((await app.HeardAsync("accepted", told => told["succeeds"] is not null))["succeeds"]);
        await ada.UntilAsync(account => account.State == AccountState.Destroyed);
    }
}
