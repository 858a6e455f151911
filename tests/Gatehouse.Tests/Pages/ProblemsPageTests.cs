using System.Reflection;
using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Gatehouse.Texts;

namespace Gatehouse.Tests.Pages;

public sealed class ProblemsPageTests
{
    [Fact]
    public void The_catalogue_holds_every_problem_once()
    {
        var factories = typeof(Problems).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.ReturnType == typeof(Problem))
            .Select(method => ((Problem)method.Invoke(null, [.. method.GetParameters().Select(Sample)])!).Code);

        Assert.Equal(
            factories.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            Problems.Catalogue.Select(problem => problem.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_problem_has_its_section()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        var page = (await app.GetAsync("/problems")).IsPage();

        Assert.All(Problems.Catalogue, problem =>
            page.Shows($"<section id=\"{problem.Code}\">"));
        Assert.Equal("/problems#unauthenticated", (await app.GetAsync("/api/auth/session")).Json.GetProperty("type").GetString());
    }

    private static object Sample(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(TimeSpan) ? TimeSpan.FromSeconds(1)
        : parameter.ParameterType == typeof(Phrase) ? (object)new Phrase("x")
        : "x";
}
