using Gatehouse.Configuration;
using Gatehouse.Security.Passwords;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Http;

/// <summary>
/// What happens to every request to an endpoint of ours, once: security headers, the size limit, the cross-origin
/// check; and to every failure: one problem, never a stack trace. It is built into each endpoint and is no middleware,
/// so no order in which an application puts its pipeline together goes round it.
/// </summary>
internal sealed class FrontDoor(GatehouseSettings settings, ILogger<FrontDoor> log)
{
    /// <summary>Puts the door before an endpoint. One that doesn't say who may call it is not served (GH-SEC-207).</summary>
    public void Guard(EndpointBuilder endpoint)
    {
        var rules = endpoint.Metadata.OfType<EndpointRules>().LastOrDefault()
            ?? throw new InvalidOperationException($"The endpoint {endpoint.DisplayName} has no {nameof(EndpointRules)}.");
        var inside = endpoint.RequestDelegate
            ?? throw new InvalidOperationException($"The endpoint {endpoint.DisplayName} has no handler.");
        endpoint.RequestDelegate = http => ServeAsync(http, rules, inside);
    }

    private async Task ServeAsync(HttpContext http, EndpointRules rules, RequestDelegate inside)
    {
        SecurityHeaders.Apply(http, rules.Page);
        if (http.Request.ContentLength > JsonBody.MostBytes)
        {
            await Problems.TooLarge().ExecuteAsync(http);
            return;
        }
        if (!rules.CrossOriginAllowed && !CrossOriginCheck.Passes(http.Request, settings))
        {
            await Problems.CrossOrigin().ExecuteAsync(http);
            return;
        }
        try
        {
            await inside(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody is left to answer.
        }
#pragma warning disable CA1031 // the outermost edge: whatever it is, the client gets one honest answer
        catch (Exception exception) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            await AnswerFailureAsync(http, rules, exception);
        }
    }

    private async Task AnswerFailureAsync(HttpContext http, EndpointRules rules, Exception exception)
    {
        var problem = exception switch
        {
            PasswordQueueFullException => Problems.Busy(),
            StoreUnavailableException => Problems.Unavailable(),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problems.TooLarge(),
            BadHttpRequestException => Problems.BadRequest("problem.malformed_http"),
            _ => Problems.Internal(http.TraceIdentifier),
        };
        if (problem.Status == StatusCodes.Status500InternalServerError)
            log.RequestFailed(exception, http.TraceIdentifier);
        else if (exception is StoreUnavailableException)
            log.StoreUnavailable(exception.InnerException ?? exception);
        // A cookie that was about to be set tells of an effect that didn't happen; one about to be cleared still is.
        var cleared = http.Response.Headers.SetCookie.Where(SessionlessCookie).ToArray();
        http.Response.Clear();
        SecurityHeaders.Apply(http, rules.Page);
        http.Response.Headers.SetCookie = cleared;
        await problem.ExecuteAsync(http);
    }

    private static bool SessionlessCookie(string? setCookie) =>
        setCookie?.Contains("=;", StringComparison.Ordinal) ?? false;
}
