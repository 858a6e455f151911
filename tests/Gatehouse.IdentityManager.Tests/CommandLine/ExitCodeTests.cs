using Gatehouse.IdentityManager.CommandLine;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.CommandLine;

/// <summary>Scripts go by the exit code; people read what is on stderr. Neither is told a stack trace.</summary>
public sealed class ExitCodeTests : IDisposable
{
    private readonly Vaults vaults = new();

    public ExitCodeTests() => vaults.Create().Dispose();

    public void Dispose() => vaults.Dispose();

    [Theory]
    [InlineData("accounts")]
    [InlineData("requests")]
    [InlineData("log")]
    [InlineData("log --verify --json")]
    [InlineData("profile show")]
    [InlineData("profile set name Ada")]
    [InlineData("profile delete name")]
    public async Task What_was_done_is_0_and_says_so_on_stdout_alone(string command)
    {
        var said = await Commands.RunAsync(vaults.Place, command.Split(' '));
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.NotEmpty(said.Out);
    }

    [Theory]
    [InlineData("log 7")]
    [InlineData("log app.example")]
    [InlineData("login 7")]
    [InlineData("dismiss 7")]
    [InlineData("destroy 7 --yes")]
    [InlineData("destroy 7")]
    [InlineData("approve 7 --code 123")]
    [InlineData("reject 7")]
    [InlineData("profile send 7")]
    public async Task What_is_not_there_or_not_wanted_is_1(string command)
    {
        var said = await Commands.RunAsync(vaults.Place, command.Split(' '));
        Assert.Equal((1, ""), (said.Code, said.Out));
        Assert.NotEmpty(said.Error);
    }

    [Theory]
    [InlineData("init", "There is a vault already")]
    [InlineData("add nonsense", "not a sign-up link")]
    [InlineData("approve 7 --code 12x", "three digits")]
    [InlineData("profile set name", "argument")]
    [InlineData("lgo", "There is no 'lgo' here.")]
    [InlineData("ui --port 99999", "A port is a number")]
    [InlineData("backup /dev/null/nowhere", "nowhere")]
    [InlineData("restore nothing", "isn't overwritten")]
    public async Task What_could_not_be_done_is_2(string command, string words)
    {
        var said = await Commands.RunAsync(vaults.Place, command.Split(' '));
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains(words, said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_passphrase_and_no_vault_are_2()
    {
        var wrong = await Commands.RunAsync(vaults.Place, "not this one", CancellationToken.None, "accounts");
        Assert.Equal((2, "The passphrase is wrong."), (wrong.Code, wrong.Error.Trim()));
        File.Delete(vaults.Place.Vault);
        var none = await Commands.RunAsync(vaults.Place, "log");
        Assert.Equal(2, none.Code);
        Assert.Contains("'jlinx init' makes one", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_asked_for_a_passphrase_to_restore_what_would_not_be()
    {
        using var error = new StringWriter();
        var context = new VerbContext(
            new Terminal(TextWriter.Null, error, Answers: null), TimeProvider.System, vaults.Place, Vaults.Cheap);
        Assert.Equal(2, await Verbs.RunAsync(["restore", "nothing"], context, CancellationToken.None));
        Assert.Contains("isn't overwritten", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apps_that_could_not_be_asked_for_requests_are_named_on_stderr()
    {
        using var app = new NodeApp();
        Assert.Equal(0, (await Commands.RunAsync(vaults.Place, "add", app.Offer(), "--yes")).Code);
        var asked = await Commands.RunAsync(vaults.Place, "requests");
        Assert.Equal((0, "Nobody wants to log in.", ""), (asked.Code, asked.Out.Trim(), asked.Error));
        app.Dispose();
        var inVain = await Commands.RunAsync(vaults.Place, "requests");
        Assert.Equal((0, "Nobody is known to want to log in."), (inVain.Code, inVain.Out.Trim()));
        Assert.Contains("could not be asked: the app doesn't answer.", inVain.Error, StringComparison.Ordinal);
        Assert.Equal("[]", (await Commands.RunAsync(vaults.Place, "requests", "--json")).Out.Trim());
    }

    [Fact]
    public async Task A_log_that_is_not_what_was_signed_is_2()
    {
        await using var ada = new Person();
        using (var app = new NodeApp())
            await ada.AddAsync(app.Offer());
        await ada.StopAsync();
        Assert.Equal(0, (await Commands.RunAsync(ada.Place, "log", "--verify")).Code);
        using (var vault = OpenVault.Open(ada.Place, Vaults.Passphrase))
        {
            foreach (var block in vault.Names("core/").Where(name => name.EndsWith($"/block/{1:x16}", StringComparison.Ordinal)))
                vault.Commit(new VaultBatch().Set(block, [1, 2, 3]));
        }
        var said = await Commands.RunAsync(ada.Place, "log", "--verify");
        Assert.Equal(2, said.Code);
        Assert.Contains("isn't as it was signed", said.Out, StringComparison.Ordinal);
        Assert.Contains("not what was signed", said.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Commands.RunAsync(ada.Place, "log")).Code);
        await ada.StartAsync();
    }
}
