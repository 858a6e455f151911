using Gatehouse.Configuration;
using Gatehouse.Security.Passwords;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Http;

/// <summary>
/// What happens to every request to an endpoint of ours, once: security headers, the size limit, the cross-origin
/// check; and to every failure: one problem, never a stack trace. An endpoint without <see cref="EndpointRules"/> is
/// the embedding application's and passes untouched.
/// </summary>
internal sealed class FrontDoor(RequestDelegate next, GatehouseSettings settings, ILogger<FrontDoor> log)
{
    public Task InvokeAsync(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<EndpointRules>() is { } rules ? ServeAsync(http, rules) : next(http);

    private async Task ServeAsync(HttpContext http, EndpointRules rules)
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
            await next(http);
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
            BadHttpRequestException => Problems.BadRequest("The request is not well-formed HTTP."),
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
