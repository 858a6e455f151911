using Gatehouse.Http;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>The documentation that a problem's <c>type</c> points to: made from the catalogue itself.</summary>
internal static class ProblemsPage
{
    public const string Path = "/problems";

    public static IResult Get() => new Page("Problems", $"""
        <p>Every error of the API is a problem (RFC 9457): a JSON object with one of the codes below.</p>
        {Problems.Catalogue.Select(ToHtml)}
        """);

    private static Html ToHtml(Problem problem) => $"""
        <section id="{problem.Code}">
        <h2>{problem.Title}</h2>
        <p>{problem.Detail}</p>
        <dl>
        <dt>code</dt><dd><code>{problem.Code}</code></dd>
        <dt>status</dt><dd>{problem.Status}</dd>
        <dt>id</dt><dd>{problem.Id}</dd>
        </dl>
        </section>
        """;
}

/// <summary>Where a login that went through another site ends when it fails. Shown are the catalogue's words.</summary>
internal static class FailedPage
{
    public const string Path = "/auth/failed";

    public static IResult Get(HttpContext http)
    {
        string? code = http.Request.Query["code"];
        var known = Problems.Catalogue.FirstOrDefault(problem => problem.Code == code);
        return new Page("That didn't work", $"""
            <p>{known?.Detail ?? "You could not be logged in. Nothing was changed."}</p>
            <p><a class="primary" href="{LogInPage.Path}">Log in another way</a></p>
            """);
    }
}
