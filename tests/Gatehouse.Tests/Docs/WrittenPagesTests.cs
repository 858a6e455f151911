using System.Text.Json;
using System.Text.RegularExpressions;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Docs;

/// <summary>What people wrote is compared with what is there: files, links, endpoints, packages.</summary>
public sealed partial class WrittenPagesTests
{
    private const string Sections =
        "## Steps, ## Promises, ## Attacks answered, ## Numbers, ## Does not protect against, ## Where to read";

    [Fact]
    public void Every_file_that_a_page_names_is_there() => Assert.All(Pages(), page =>
    {
        foreach (Match name in SourceFile().Matches(File.ReadAllText(page)))
        {
            var path = name.Groups["name"].Value;
            Assert.True(
                File.Exists(Path.Combine(Node.RepositoryRoot, path))
                    || File.Exists(Path.Combine(Node.RepositoryRoot, "src", "Gatehouse", path)),
                $"{page} names {path}, which is not there.");
        }
    });

    [Fact]
    public void Every_link_to_a_page_leads_somewhere() => Assert.All(Pages(), page =>
    {
        foreach (Match link in PageLink().Matches(File.ReadAllText(page)))
        {
            var target = Path.Combine(Path.GetDirectoryName(page)!, link.Groups["name"].Value);
            Assert.True(Path.Exists(target), $"{page} links to {target}, which is not there.");
        }
    });

    [Fact]
    public async Task Every_endpoint_that_a_flow_page_names_is_mapped()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        string[] mapped = [.. Endpoint.AllOf(app).Select(endpoint => $"{endpoint.Method} {endpoint.Path}")];
        Assert.All(FlowPages(), page =>
        {
            foreach (Match call in Call().Matches(File.ReadAllText(page)))
                Assert.Contains(call.Groups["name"].Value, mapped, StringComparer.Ordinal);
        });
    }

    [Fact]
    public void Every_flow_page_has_its_sections_in_order() => Assert.All(FlowPages(), page => Assert.Equal(
        Sections,
        string.Join(", ", File.ReadLines(page).Where(line => line.StartsWith("## ", StringComparison.Ordinal)))));

    [Fact]
    public void Every_package_that_we_ship_has_its_notice()
    {
        var notices = File.ReadAllText(Path.Combine(Node.RepositoryRoot, "THIRD-PARTY-NOTICES.md"));
        var path = Path.Combine(Node.RepositoryRoot, "src", "Gatehouse.Server", "packages.lock.json");
        using var lockFile = JsonDocument.Parse(File.ReadAllText(path));
        var targets = lockFile.RootElement.GetProperty("dependencies").EnumerateObject();
        foreach (var package in targets.SelectMany(target => target.Value.EnumerateObject()))
        {
            // Analyzers judge the code and are not shipped.
            if (package.Value.GetProperty("type").GetString() is "Project" || package.Name.EndsWith("Analyzer", StringComparison.Ordinal)
                || package.Name.EndsWith("Analyzers", StringComparison.Ordinal))
            {
                continue;
            }
            var row = $"| {package.Name} | {package.Value.GetProperty("resolved").GetString()} |";
            Assert.True(notices.Contains(row, StringComparison.Ordinal), $"THIRD-PARTY-NOTICES.md has no row '{row}'.");
        }
    }

    private static string Flows { get; } = Path.Combine(Node.RepositoryRoot, "docs", "flows");

    private static IEnumerable<string> FlowPages() =>
        Directory.GetFiles(Flows, "*.md").Where(page => Path.GetFileName(page) != "README.md");

    private static IEnumerable<string> Pages() =>
    [
        .. Directory.GetFiles(Flows, "*.md"),
        .. Directory.GetFiles(Path.Combine(Node.RepositoryRoot, "samples"), "README.md", SearchOption.AllDirectories)
            .Where(page => !page.Contains("node_modules", StringComparison.Ordinal)),
        .. ((string[])["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/embedding.md", "docs/operating.md", "docs/scaling-out.md"])
            .Select(page => Path.Combine(Node.RepositoryRoot, page)),
    ];

    [GeneratedRegex(@"`(?<name>[A-Za-z0-9./_-]+\.(?:cs|sql|props|txt))`", RegexOptions.NonBacktracking)]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"\]\((?<name>[^):#]+)(?:#[^)]*)?\)", RegexOptions.NonBacktracking)]
    private static partial Regex PageLink();

    [GeneratedRegex("`(?<name>(?:GET|POST|PATCH|DELETE) /[^` ?]*)`", RegexOptions.NonBacktracking)]
    private static partial Regex Call();
}
