using System.Text.RegularExpressions;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Pages;
using Gatehouse.Tests.Support;
using Gatehouse.Texts;

namespace Gatehouse.Tests.Texts;

/// <summary>The keys in the source, held against those of the catalogue.</summary>
public sealed partial class KeyTests
{
    // Keys that are put together where they are said.
    private static readonly string[] Sections = ["account", "ways", "users", "devices", "events", "delete"];

    private static readonly HashSet<string> Known = Catalogue.Read(Language.English).Keys.ToHashSet(StringComparer.Ordinal);
    private static readonly string Source = Read("src", "*.cs");

    private static IEnumerable<string> Families =>
    [
        .. Problems.Catalogue.SelectMany(problem => (string[])[problem.Title.Key, problem.Detail.Key]),
        .. SecurityEventTypes.Meanings.Select(meaning => $"event.{meaning.Key}"),
        .. Notice.All.Select(notice => $"notice.{notice}"),
        .. Sections.Select(section => $"settings.{section}"),
    ];

    [Fact]
    public void Every_key_is_used()
    {
        var web = Read("web", "*.ts");
        var families = Families.ToHashSet(StringComparer.Ordinal);

        Assert.DoesNotContain(Known, key => key.StartsWith("panel.", StringComparison.Ordinal)
            ? !IsSaid(key["panel.".Length..], web)
            : !families.Contains(key) && !Source.Contains($"\"{key}\"", StringComparison.Ordinal));
    }

    /// <summary>The panel knows its own by what follows "panel."; some it puts together, as <c>`check_mail_${mail}`</c>.</summary>
    private static bool IsSaid(string name, string web) => web.Contains($"\"{name}\"", StringComparison.Ordinal)
        || Enumerable.Range(0, name.Length).Any(end => name[end] == '_' && web.Contains($"`{name[..end]}_${{", StringComparison.Ordinal));

    [Fact]
    public void Every_key_that_is_used_exists()
    {
        var rooms = Known.Select(key => key[..key.IndexOf('.')]).ToHashSet(StringComparer.Ordinal);
        var said = LooksLikeKey().Matches(Source).Select(match => match.Groups["key"].Value)
            .Where(key => rooms.Contains(key[..key.IndexOf('.')])).ToArray();

        Assert.True(said.Length > 200, "The source was read.");
        Assert.DoesNotContain(said.Concat(Families), key => !Known.Contains(key));
    }

    private static string Read(string folder, string pattern) => string.Join('\n', Directory
        .EnumerateFiles(Path.Combine(Node.RepositoryRoot, folder), pattern, SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/node_modules/", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    [GeneratedRegex("\"(?<key>[a-z_]+(\\.[a-z_]+)+)\"", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex LooksLikeKey();
}
