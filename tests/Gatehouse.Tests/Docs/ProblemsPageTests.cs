using System.Globalization;
using Gatehouse.Http;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Docs;

public sealed class ProblemsPageTests
{
    [Fact]
    public void The_page_of_problems_is_current() => new GeneratedPage("problems.md", "Problems")
        .Says("Every error a client can get: `application/problem+json` (RFC 9457) with the members `type`, `title`, "
            + "`status`, `detail`, `code`, `name` (always `lderror`) and `id`. Programs go by `code`. `errors` maps "
            + "fields to messages where a field is to blame; `Retry-After` comes with 429 and 503, `trace_id` with 500.")
        .Table(["Code", "Status", "lderror id", "Title", "Detail"], Problems.Catalogue.Select(problem => (string[])
        [
            $"`{problem.Code}`",
            problem.Status.ToString(CultureInfo.InvariantCulture),
            problem.Id.ToString(CultureInfo.InvariantCulture),
            English.Say(problem.Title),
            English.Say(problem.Detail),
        ]))
        .IsCurrent();

    [Fact]
    public void The_catalogue_has_one_of_each_code() =>
        Assert.Equal(Problems.Catalogue.Count, Problems.Catalogue.DistinctBy(problem => problem.Code, StringComparer.Ordinal).Count());
}
