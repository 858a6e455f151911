using System.Text.RegularExpressions;
using Gatehouse.Configuration;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Docs;

/// <summary>What is written for running several nodes, against the settings that there are.</summary>
public sealed partial class DeployTests
{
    private static readonly string Folder = Path.Combine(Node.RepositoryRoot, "deploy");

    private static readonly string Compose = File.ReadAllText(Path.Combine(Folder, "compose.yaml"));

    [Theory]
    [InlineData("compose.yaml")]
    [InlineData("cluster.sh")]
    public void Every_setting_that_a_deployment_names_is_there(string file)
    {
        var names = Variable().Matches(File.ReadAllText(Path.Combine(Folder, file))).Select(match => match.Groups["name"].Value).ToArray();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(Key(name), Known, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_setting_that_the_page_names_is_there() => Assert.All(
        Spelt().Matches(File.ReadAllText(Path.Combine(Node.RepositoryRoot, "docs", "scaling-out.md"))),
        match => Assert.Contains(match.Groups["name"].Value, Known, StringComparer.Ordinal));

    /// <summary>A misspelt setting stops a start; one that Production needs and nobody gives does too.</summary>
    [Fact]
    public void Production_is_given_what_it_needs()
    {
        foreach (var key in (string[])["PublicUrl", "Secrets:KeyFile", "Mail:From", "Mail:Smtp:Host", "KnownProxies", "Database"])
            Assert.Contains(Variable().Matches(Compose), match => Key(match.Groups["name"].Value) == key);
    }

    [Fact]
    public void Every_file_that_the_deployment_mounts_is_there()
    {
        foreach (Match mount in Mount().Matches(Compose))
            Assert.True(File.Exists(Path.Combine(Folder, mount.Groups["file"].Value)), mount.Value);
        Assert.Contains("dockerfile: deploy/Dockerfile", Compose, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Folder, "Dockerfile")));
    }

    /// <summary>Secrets come from files: none stands in the description, and no file of them is committed.</summary>
    [Fact]
    public void No_secret_stands_in_the_deployment()
    {
        Assert.DoesNotMatch("(?i)password=[^/]|amqps?://[^ ]*@|redis://:", Compose);
        Assert.Contains("/deploy/secrets/", File.ReadAllLines(Path.Combine(Node.RepositoryRoot, ".gitignore")), StringComparer.Ordinal);
    }

    private static string[] Known { get; } = [.. SettingsReference.All.Select(setting => setting.Key)];

    /// <summary>As settings spell it, without a list's number and the ending by which a container reads it from a file.</summary>
    private static string Key(string variable) => Ending().Replace(variable, "").Replace("__", ":", StringComparison.Ordinal);

    [GeneratedRegex(@"\bGatehouse__(?<name>[A-Za-z0-9_]+?)(:|=)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    [GeneratedRegex("(_File|__[0-9]+)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Ending();

    [GeneratedRegex("`(Gatehouse:)?(?<name>[A-Z][A-Za-z]+(:[A-Z][A-Za-z]+)+|Redis|RabbitMq|Database|KnownProxies|PublicUrl)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Spelt();

    [GeneratedRegex(@"- \./(?<file>[^:]+):/", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Mount();
}
