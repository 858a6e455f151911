using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.CommandLine;
using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.CommandLine;

/// <summary>Commands that ask whoever sits there.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class AskedTests : IAsyncLifetime
{
    private readonly Vaults vaults = new();
    private readonly NodeApp app = new();
    private readonly Keyboard keyboard = new();
    private readonly StringWriter written = new();
    private readonly TextWriter shown;

    public AskedTests() => shown = TextWriter.Synchronized(written);

    public async Task InitializeAsync()
    {
        vaults.Create().Dispose();
        Assert.Equal(0, (await Commands.RunAsync(vaults.Place, "add", app.Offer(), "--yes")).Code);
    }

    public Task DisposeAsync()
    {
        app.Dispose();
        keyboard.Dispose();
        shown.Dispose();
        vaults.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task The_request_that_was_shown_is_answered_and_not_what_has_replaced_it()
    {
        app.Do("request");
        var approving = RunAsync("approve", "1");
        await SaysAsync("Which code");
        var newer = app.Do("request", new JsonObject { ["id"] = "newer" });
        await Task.Delay(1000); // until it has come
        keyboard.Type((string?)newer["code"]);
        Assert.Equal(1, await approving);
        Assert.Contains("it is over", Written(), StringComparison.Ordinal);
        Assert.Empty(app.Events("answered"));
    }

    [Fact]
    public async Task A_request_that_its_app_names_by_a_number_is_not_another_accounts()
    {
        app.Do("request", new JsonObject { ["id"] = "2" });
        keyboard.Type("000"); // if it was asked for
        Assert.Equal(1, await RunAsync("approve", "2"));
        Assert.Empty(app.Events("answered"));
    }

    [Fact]
    public async Task Before_an_account_is_destroyed_it_is_said_which()
    {
        var destroying = RunAsync("destroy", "1");
        await SaysAsync("Destroy account 1 at http://127.0.0.1:");
        keyboard.Type("n");
        Assert.Equal(1, await destroying);
        Assert.Equal(1, await RunAsync("destroy", "7"));
        destroying = RunAsync("destroy", "1");
        keyboard.Type("y");
        Assert.Equal(0, await destroying);
        await app.HeardAsync("destroyed");
    }

    [Fact]
    public async Task Before_an_app_is_told_a_name_it_is_said_which()
    {
        Assert.Equal(0, await RunAsync("profile", "set", "name", "Ada Lovelace"));
        var link = app.Offer();
        var adding = RunAsync("add", link);
        await SaysAsync("Create an account there?");
        Assert.Contains("It is told your name, “Ada Lovelace”", Written(), StringComparison.Ordinal);
        keyboard.Type("n");
        Assert.Equal(1, await adding);
    }

    [Fact]
    public async Task Who_waits_is_told_what_for()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var adding = RunAsync("add", "jlinx:u" + new string('A', 43), "--at", $"http://{silent.LocalEndpoint}");
        await SaysAsync("Looking who offers it ...");
        Assert.Equal(2, await adding);
    }

    private async Task<int> RunAsync(params string[] command)
    {
        var file = Path.Combine(vaults.Place.Home, "passphrase");
        await File.WriteAllTextAsync(file, Vaults.Passphrase);
        var context = new VerbContext(
            new Terminal(shown, shown, keyboard), TimeProvider.System, vaults.Place, Vaults.Cheap);
        return await Task.Run(() => Verbs.RunAsync([.. command, "--passphrase-file", file], context, CancellationToken.None));
    }

    private Task SaysAsync(string words) =>
        Eventually.TrueAsync(() => Written().Contains(words, StringComparison.Ordinal));

    private string Written()
    {
        lock (shown) // as it does itself
            return written.ToString();
    }
}
