using System.Globalization;
using System.Reflection;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Docs;

/// <summary>Each security requirement has a test that fails without it, or a reason why it has none.</summary>
public sealed class RequirementsPageTests
{
    [Fact]
    public void Every_requirement_is_on_the_list_once_and_in_order()
    {
        var numbers = Enumerable.Range(1, 340);

        Assert.Equal(
            numbers.Select(number => string.Create(CultureInfo.InvariantCulture, $"GH-SEC-{number:000}")),
            Requirement.All.Select(requirement => requirement.Id),
            StringComparer.Ordinal);
    }

    [Fact]
    public void Each_has_a_test_or_a_reason_and_not_both() => Assert.All(Requirement.All, requirement => Assert.True(
        Requirement.Tests.Contains(requirement.Id) == requirement.Reason is null,
        $"{requirement.Id} has {(requirement.Reason is null ? "neither test nor reason" : "a test and a reason")}."));

    [Fact]
    public void A_test_names_what_is_on_the_list() => Assert.All(
        Requirement.Tests.Select(group => group.Key),
        id => Assert.Contains(Requirement.All, requirement => requirement.Id == id));

    [Fact]
    public void Only_a_test_meets_a_requirement() => Assert.All(
        typeof(MeetsAttribute).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<MeetsAttribute>() is not null),
        method => Assert.True(method.GetCustomAttribute<FactAttribute>() is not null, $"{method.Name} is no test."));

    [Fact]
    public void The_page_of_requirements_is_current()
    {
        var page = new GeneratedPage("security/requirements.md", "Security requirements").Says(
            "What Gatehouse promises, one line each, and the tests that fail when a line is broken. Where there is no "
            + "test the reason is given. A change that breaks a promise has to change this page.");
        foreach (var section in Requirement.All.GroupBy(requirement => requirement.Section, StringComparer.Ordinal))
            page.Heading(section.Key).Table(["Id", "Requirement", "Tests"], section.Select(Row));
        page.IsCurrent();
    }

    private static string[] Row(Requirement requirement) =>
    [
        requirement.Id,
        requirement.Statement,
        requirement.Reason is null ? string.Join("<br>", Requirement.Tests[requirement.Id]) : "No test: " + requirement.Reason,
    ];
}
