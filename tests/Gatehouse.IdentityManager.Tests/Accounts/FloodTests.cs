using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx;

namespace Gatehouse.IdentityManager.Tests.Accounts;

/// <summary>An app that writes more than a document may have is heard no more, and doesn't fill the disk.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class FloodTests : IAsyncLifetime
{
    private readonly NodeApp app = new();
    private readonly Person ada = new();

    public async Task InitializeAsync() => await ada.AddAsync(app.Offer());

    public async Task DisposeAsync()
    {
        await ada.DisposeAsync();
        app.Dispose();
    }

    [Theory]
    [InlineData("appUser")]
    [InlineData("did")]
    public async Task A_document_of_too_many_blocks_ends_it(string of)
    {
        app.Do("flood", new JsonObject { ["blocks"] = DocumentLimits.Blocks, ["of"] = of });
        await ada.UntilAsync(account => account.State == AccountState.Contradicted);
        Assert.Contains("more than a document may have", (await ada.AccountAsync()).Alarm, StringComparison.Ordinal);
        await ada.StopAsync();
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
            Assert.InRange(vault.Names(Blocks(vault)).Count, 2, DocumentLimits.Blocks / 2);
        await ada.StartAsync();
    }

    [Fact]
    public async Task A_document_of_too_many_bytes_ends_it()
    {
        await ada.StopAsync();
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase)) // as if they had come, which takes its time
        {
            vault.Commit(new VaultBatch().Set($"{Blocks(vault)}{1:x16}", new byte[DocumentLimits.Bytes]));
        }
        await ada.StartAsync();
        await ada.UntilAsync(account => account.State == AccountState.Contradicted);
    }

    [Fact]
    public async Task A_block_that_is_larger_than_any_may_be_is_not_taken_in()
    {
        app.Do("raw", new JsonObject { ["hex"] = new string('0', 2 * 64 * 1024) });
        await Eventually.TrueAsync(async () => (await ada.AccountAsync()).Connection != "connected");
        await ada.StopAsync();
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
            Assert.All(vault.ReadAll(Blocks(vault)), block => Assert.True(block.Value.Length < 64 * 1024));
        await ada.StartAsync();
    }

    [Fact]
    public async Task An_app_that_contradicts_itself_fills_no_disk_afterwards()
    {
        app.Do("request", new JsonObject { ["wrong"] = "head" });
        await ada.UntilAsync(account => account is { State: AccountState.Contradicted, Connection: "over" });
        app.Do("flood", new JsonObject { ["blocks"] = 100 });
        await ada.StopAsync();
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
            Assert.InRange(vault.Names(Blocks(vault)).Count, 2, 3);
        await ada.StartAsync();
    }

    private static string Blocks(OpenVault vault) =>
        $"core/{AccountRecord.KeyOf(new AccountShelf(vault).Account(1)!.AppUser).Bytes}/block/";
}
