using Microsoft.AspNetCore.Http;

namespace Gatehouse.Http;

/// <summary>A JSON answer whose bytes are ready. Nothing that depends on a caller may be cached anywhere.</summary>
internal sealed class JsonAnswer(byte[] utf8, int status = StatusCodes.Status200OK) : IResult
{
    public static JsonAnswer Empty { get; } = new("{}"u8.ToArray());

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.ContentLength = utf8.Length;
        return response.Body.WriteAsync(utf8, httpContext.RequestAborted).AsTask();
    }
}
