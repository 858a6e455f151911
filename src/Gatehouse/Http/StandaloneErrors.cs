using Microsoft.AspNetCore.Http;

namespace Gatehouse.Http;

/// <summary>
/// For a process that serves nothing but Gatehouse: what no endpoint answers (unknown paths, other methods, refused
/// hosts) gets a problem and the security headers too. A browser is shown a page.
/// </summary>
internal sealed class StandaloneErrors(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        var response = http.Response;
        if (response.StatusCode < 400 || response.HasStarted || response.ContentType is not null)
            return;
        var asPage = Problem.IsForPeople(http.Request);
        SecurityHeaders.Apply(http, asPage);
        await ProblemFor(response.StatusCode).AnswerAsync(http, asPage);
    }

    private static Problem ProblemFor(int status) => status switch
    {
        StatusCodes.Status404NotFound => Problems.NotFound(),
        StatusCodes.Status405MethodNotAllowed => Problems.MethodNotAllowed(),
        StatusCodes.Status413PayloadTooLarge => Problems.TooLarge(),
        StatusCodes.Status415UnsupportedMediaType => Problems.UnsupportedMediaType(),
        _ => Problems.BadRequest("problem.not_acceptable") with { Status = status },
    };
}
