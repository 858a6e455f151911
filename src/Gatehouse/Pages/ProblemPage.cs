using Gatehouse.Http;

namespace Gatehouse.Pages;

/// <summary>A refusal that no form could be shown again for.</summary>
internal static class ProblemPage
{
    public static Page Of(Problem problem) => Of(problem, WayOn(problem));

    /// <param name="wayOn">What the customer can do now.</param>
    public static Page Of(Problem problem, Html wayOn) => new(problem.Title, $"<p>{problem.Detail}</p>{Trace(problem)}{wayOn}")
    {
        Problem = problem,
    };

    private static Html? Trace(Problem problem) => problem.TraceId is null
        ? null
        : Html.Of($"<p>If you ask for help, give this number: <code>{problem.TraceId}</code></p>");

    private static Html WayOn(Problem problem) => problem.Code switch
    {
        "unauthenticated" or "invalid_token" => $"""<p><a class="primary" href="/auth/login">Log in</a></p>""",
        "signup_closed" => $"""<p>Do you have an account? <a href="/auth/login">Log in</a></p>""",
        "cross_origin" => $"""<p>If you came from a link, open the page itself: <a href="/">start here</a>.</p>""",
        "not_found" => $"""<p>The address may be mistyped or old. <a href="/">Start here</a></p>""",
        _ => $"""<p><a href="/">Start again</a></p>""",
    };
}
