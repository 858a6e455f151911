using System.Text.RegularExpressions;
using Gatehouse.Tests.CommandLine;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Docs;

/// <summary>The operator's page against the verbs that there are.</summary>
public sealed partial class OperatingPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Node.RepositoryRoot, "docs", "operating.md"));

    [Fact]
    public void Every_verb_has_its_section_and_none_is_told_of_that_is_not_there() => Assert.Equal(
        VerbsTests.All.Order(StringComparer.Ordinal),
        Section().Matches(Page).Select(match => match.Groups["verb"].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_example_is_of_a_verb_that_there_is() => Assert.All(
        Example().Matches(Page).Select(match => match.Groups["words"].Value),
        words => Assert.Contains(VerbsTests.All, verb => words == verb || words.StartsWith(verb + " ", StringComparison.Ordinal)));

    [GeneratedRegex("^### `(?<verb>[a-z ]+)`", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\$ gatehouse (?<words>.+)$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Example();
}
