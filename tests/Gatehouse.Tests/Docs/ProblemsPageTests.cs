using System.Globalization;
using System.Reflection;
using Gatehouse.Http;

namespace Gatehouse.Tests.Docs;

public sealed class ProblemsPageTests
{
    [Fact]
    public void The_page_of_problems_is_current() => new GeneratedPage("problems.md", "Problems")
        .Says("Every error a client can get: `application/problem+json` (RFC 9457) with the members `type`, `title`, "
            + "`status`, `detail`, `code`, `name` (always `lderror`) and `id`. Programs go by `code`. `errors` maps "
            + "fields to messages where a field is to blame; `Retry-After` comes with 429 and 503, `trace_id` with 500.")
        .Table(["Code", "Status", "lderror id", "Title", "Detail"], Catalogue().Select(entry => (string[])
        [
            $"`{entry.Problem.Code}`",
            entry.Problem.Status.ToString(CultureInfo.InvariantCulture),
            entry.Problem.Id.ToString(CultureInfo.InvariantCulture),
            entry.Problem.Title,
            entry.Varies ? "(says what)" : entry.Problem.Detail,
        ]))
        .IsCurrent();

    /// <summary>One of each code, in the order of the catalogue.</summary>
    private static IEnumerable<(Problem Problem, bool Varies)> Catalogue() => typeof(Problems)
        .GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(method => method.ReturnType == typeof(Problem))
        .Select(method => (Make(method), method.GetParameters().Any(given => given.Name is "detail" or "message")))
        .DistinctBy(entry => entry.Item1.Code, StringComparer.Ordinal);

    private static Problem Make(MethodInfo method) => (Problem)method.Invoke(
        null, [.. method.GetParameters().Select(given => Sample(given.ParameterType))])!;

    private static object Sample(Type type) => type == typeof(string) ? "" : Activator.CreateInstance(type)!;
}
