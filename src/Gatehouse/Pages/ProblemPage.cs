using Gatehouse.Http;
using Gatehouse.Texts;

namespace Gatehouse.Pages;

/// <summary>A refusal that no form could be shown again for.</summary>
internal static class ProblemPage
{
    public static Page Of(Problem problem) => Of(problem, speech => WayOn(problem, speech));

    /// <param name="wayOn">What the customer can do now.</param>
    public static Page Of(Problem problem, Func<Speech, Html> wayOn) => new(problem.Title, speech => $"""
        <p>{speech.Say(problem.Detail)}</p>{Trace(problem, speech)}{wayOn(speech)}
        """)
    {
        Problem = problem,
    };

    private static Html? Trace(Problem problem, Speech speech) => problem.TraceId is { } id
        ? Html.Of($"""<p>{Html.Say(speech, "page.trace", ("id", Html.Of($"<code>{id}</code>")))}</p>""")
        : null;

    private static Html WayOn(Problem problem, Speech speech) => problem.Code switch
    {
        "unauthenticated" or "invalid_token" => $"""<p><a class="primary" href="/auth/login">{speech["log_in.button"]}</a></p>""",
        "signup_closed" => $"""<p>{speech["sign_up.have_account"]} <a href="/auth/login">{speech["log_in.button"]}</a></p>""",
        "cross_origin" => $"""<p>{speech["page.from_link"]} <a href="/">{speech["page.start"]}</a></p>""",
        "not_found" => $"""<p>{speech["page.mistyped"]} <a href="/">{speech["page.start"]}</a></p>""",
        _ => $"""<p><a href="/">{speech["page.start"]}</a></p>""",
    };
}
