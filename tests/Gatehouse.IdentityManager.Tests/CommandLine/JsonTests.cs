using System.Text.Json;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.CommandLine;

/// <summary><c>--json</c> has every command that ends answer for machines.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly Vaults vaults = new();

    public JsonTests() => vaults.Create().Dispose();

    private string Backup => Path.Combine(vaults.Place.Home, "backup");

    public void Dispose() => vaults.Dispose();

    [Fact]
    public async Task A_backup_is_made_and_restored()
    {
        Assert.Contains("backup is made", await TextAsync(vaults.Place, "backup", Backup), StringComparison.Ordinal);
        var elsewhere = new VaultPlace(Directory.CreateDirectory(Path.Combine(vaults.Place.Home, "new")).FullName);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(elsewhere.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Contains("Restored", await TextAsync(elsewhere, "restore", Backup), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_passphrase_is_changed()
    {
        var file = Path.Combine(vaults.Place.Home, "new");
        await File.WriteAllTextAsync(file, "another that is long");
        var text = await TextAsync(vaults.Place, "passphrase", "--new-passphrase-file", file);
        Assert.Contains("is changed", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_sent()
    {
        using var app = new NodeApp();
        await Commands.RunAsync(vaults.Place, "profile", "set", "name", "Ada");
        Assert.Equal(0, (await Commands.RunAsync(vaults.Place, "add", app.Offer(), "--yes", "--no-profile")).Code);
        var text = await TextAsync(vaults.Place, "profile", "send", "1");
        Assert.Contains("calls you Ada", text, StringComparison.Ordinal);
    }

    private static async Task<string> TextAsync(VaultPlace place, params string[] command)
    {
        var said = await Commands.RunAsync(place, [.. command, "--json"]);
        Assert.Equal((0, ""), (said.Code, said.Error));
        using var json = JsonDocument.Parse(said.Out);
        return json.RootElement.GetProperty("text").GetString()!;
    }
}
