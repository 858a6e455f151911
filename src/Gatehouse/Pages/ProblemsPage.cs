using Gatehouse.Http;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>The documentation that a problem's <c>type</c> points to: made from the catalogue itself.</summary>
internal static class ProblemsPage
{
    public const string Path = "/problems";

    public static IResult Get() => new Page("problems.title", speech => $"""
        <p>{speech["problems.what"]}</p>
        {Problems.Catalogue.Select(problem => ToHtml(problem, speech))}
        """);

    private static Html ToHtml(Problem problem, Speech speech) => $"""
        <section id="{problem.Code}">
        <h2>{speech.Say(problem.Title)}</h2>
        <p>{speech.Say(problem.Detail)}</p>
        <dl dir="ltr">
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
    public const string Path = SocialLogin.Failed.Path;

    public static IResult Get(HttpContext http)
    {
        string? code = http.Request.Query["code"];
        var known = Problems.Catalogue.FirstOrDefault(problem => problem.Code == code);
        return new Page("failed.title", speech => $"""
            <p data-id="{known?.Id ?? 1000}" data-code="{known?.Code}">{speech.Say(known?.Detail ?? "failed.what")}</p>
            <p><a class="primary" href="{LogInPage.Path}">{speech["failed.button"]}</a></p>
            """);
    }
}
