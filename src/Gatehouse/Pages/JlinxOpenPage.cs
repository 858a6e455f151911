using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

// Promises: GET uses nothing up. The form goes off by itself only where nobody but the customer's own program can have
// opened the page: a link on another site would log them in as somebody else (login CSRF), and a page that is fetched
// ahead was opened by nobody.

/// <summary>What the customer's identity manager opens: logs in by one click there.</summary>
internal static class JlinxOpenPage
{
    public const string Path = "/auth/jlinx/open/{token}";

    public static IResult Get(HttpContext http, string token, GatehouseSettings settings) => new Page("log_in.title", speech => $"""
        <p>{speech.Say(new Phrase("jlinx.open_what", ("site", settings.Pages.Title)))}</p>
        <form method="post" action="/auth/jlinx/open/{Uri.EscapeDataString(token)}"{(IsOwn(http.Request) ? Html.Of($" data-now") : null)}>
        <button type="submit" class="primary">{speech["log_in.button"]}</button></form>
        """)
    {
        Place = JlinxPage.Path,
    };

    public static async Task<IResult> Post(
        HttpContext http, string token, JlinxServices services, CancellationToken cancellationToken)
    {
        var (_, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        if (!services.IsServed)
            return Problems.NotFound();
        var (issued, problem) = await OneTimeLogin.HandleAsync(http, token, services, cancellationToken);
        return issued is null ? Refuse(problem!) : JlinxPage.Enter(http, issued, ReturnPath.Home, services);
    }

    /// <summary>Opened from outside the web, or by a page of ours; and not ahead of time.</summary>
    private static bool IsOwn(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is ["none" or "same-origin"] && request.Headers["Sec-Purpose"].Count == 0;

    private static Page Refuse(Problem problem) => problem.Code != "link_invalid"
        ? ProblemPage.Of(problem)
        : ProblemPage.Of(problem with { Detail = "jlinx.open_old" }, speech => $"""
            <p><a class="primary" href="{JlinxPage.Path}">{speech["log_in.button"]}</a></p>
            """);
}
