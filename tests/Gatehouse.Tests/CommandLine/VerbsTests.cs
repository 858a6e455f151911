using System.CommandLine;
using Gatehouse.Server.CommandLine;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.CommandLine;

/// <summary>What holds for every verb: help, refusals, and what is never repeated.</summary>
public sealed class VerbsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-verbs-").FullName;

    /// <summary>Every verb that does something, with the words before it.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Leaves(
        Verbs.Tree(new VerbContext(new Terminal(TextWriter.Null, TextWriter.Null, null), TimeProvider.System, [])), "")];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void There_are_those_of_the_contract() => Assert.Equal(
        "account delete, account list, account show, account verify, doctor, invite create, invite list, invite revoke, keys rotate, "
        + "mail list, mail retry, migrate, move, purge, serve, session revoke", string.Join(", ", All.Order(StringComparer.Ordinal)));

    [Fact]
    public async Task Each_has_help_with_an_example()
    {
        foreach (var verb in All)
        {
            var said = (await RunAsync([.. verb.Split(' '), "--help"])).Ended(0);
            Assert.Contains($"Usage:\n  gatehouse {verb}", said.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
            Assert.Contains($"Example:\n  gatehouse {verb}", said.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        }
        Assert.StartsWith("gatehouse ", (await RunAsync("--version")).Ended(0).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no 'frobnicate' here.", "frobnicate")]
    [InlineData("There is no '--frobnicate' here.", "account", "list", "--frobnicate")]
    [InlineData("There is no '--form' here.", "move", "--form=Password=canary-7")]
    [InlineData("There is an argument that doesn't belong here.", "purge", "canary-7")]
    [InlineData("There is an argument that doesn't belong here.", "serve", "canary-7")]
    [InlineData("There is an argument that doesn't belong here.", "@canary-7")]
    [InlineData("Required command was not provided.", "account")]
    [InlineData("This is not an email address.", "account", "show", "canary-7")]
    [InlineData("--limit is a whole number from 1 to 1000.", "account", "list", "--limit", "canary-7")]
    [InlineData("--limit is a whole number from 1 to 1000.", "account", "list", "--limit", "1001")]
    [InlineData("--expires is not a duration", "invite", "create", "--expires", "24:00:00")]
    [InlineData("Option '--email' is required.", "session", "revoke")]
    public async Task What_makes_no_sense_is_one_line_that_repeats_no_value(string message, params string[] arguments)
    {
        var said = (await RunAsync(arguments)).Ended(2);

        Assert.StartsWith(message, said.Error, StringComparison.Ordinal);
        Assert.Single(said.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("", said.Out);
        Assert.DoesNotContain("canary", said.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no database at", "Data Source=/nowhere/gatehouse.db")]
    [InlineData("The database is unavailable.", "Host=127.0.0.1;Port=1;Username=nobody;Password=canary-7")]
    [InlineData("Gatehouse:Database: ", "canary-7")]
    public async Task A_database_that_cannot_be_used_is_said_so(string message, string connectionString)
    {
        var said = (await new Operator(connectionString, TimeProvider.System).RunAsync("account", "list")).Ended(2);

        Assert.Contains(message, said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verb_needs_only_the_settings_it_uses_but_none_may_be_misspelt()
    {
        string[] database = ["--environment", "Production", "--Gatehouse:Database", $"Data Source={Path.Combine(folder, "gatehouse.db")}"];

        (await RunAsync(["migrate", .. database])).Ended(0);
        (await RunAsync([.. database, "account", "list"])).Ended(0); // settings may stand first
        var invite = (await RunAsync(["invite", "create", .. database])).Ended(0, warned: true);
        Assert.Contains("PublicUrl is not set", invite.Error, StringComparison.Ordinal);
        Assert.Contains("Secrets:Key", (await RunAsync(["keys", "rotate", .. database])).Ended(2).Error, StringComparison.Ordinal);
        Assert.Contains("did you mean", (await RunAsync(["account", "list", .. database, "--Gatehouse:Databas=x"])).Ended(2).Error, StringComparison.Ordinal);
        Assert.Contains("PublicUrl", (await RunAsync(["serve", .. database])).Ended(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_told_from_words_wherever_they_stand()
    {
        var (settings, words) = Arguments.Split(
            ["--json", "--Gatehouse:Database", "Host=x", "account", "--urls=http://*:1", "list", "--limit", "5", "--environment", "Production"]);

        Assert.Equal("--Gatehouse:Database Host=x --urls=http://*:1 --environment Production", string.Join(' ', settings));
        Assert.Equal("--json account list --limit 5", string.Join(' ', words));
    }

    private static Task<Said> RunAsync(params string[] arguments) => Operator.RunAsync(TimeProvider.System, null, arguments);

    private static IEnumerable<string> Leaves(Command command, string before) => command.Subcommands.SelectMany(child =>
        child.Subcommands.Count == 0 ? [before + child.Name] : Leaves(child, before + child.Name + " "));
}
