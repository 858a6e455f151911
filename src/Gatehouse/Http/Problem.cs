using System.Text.Json;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Gatehouse.Http;

/// <summary>
/// A refusal as the client gets it: RFC 9457 problem JSON with a stable <c>code</c>, and the members by which plotdb
/// pages know an error (<c>name</c>, <c>id</c>). Every one comes from <see cref="Problems"/>.
/// </summary>
internal sealed record Problem(int Status, string Code, int Id) : IResult
{
    private readonly Phrase? detail;
    // Our own page, by a path: RFC 9457 section 3.1.1 allows a relative reference, and it is right behind any proxy.
    private const string Documentation = "/problems#";

    public Phrase Title => new($"problem.{Code}.title");

    /// <summary>A sentence for the customer; general words unless the case has its own.</summary>
    public Phrase Detail
    {
        get => detail ?? new Phrase($"problem.{Code}");
        init => detail = value;
    }

    /// <summary>The fields to blame, and what is wrong with each.</summary>
    public IReadOnlyDictionary<string, Phrase[]>? Errors { get; init; }

    /// <summary>Sent as <c>Retry-After</c>, rounded up to whole seconds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The value of <c>WWW-Authenticate</c> on a 401 that a bearer token would mend (RFC 6750 section 3).</summary>
    public string? Challenge { get; init; }

    public string? TraceId { get; init; }

    /// <summary>As a page where a page was asked for, else as JSON.</summary>
    public Task ExecuteAsync(HttpContext httpContext) =>
        AnswerAsync(httpContext, asPage: httpContext.GetEndpoint()?.Metadata.GetMetadata<EndpointRules>() is { Page: true });

    /// <summary>For an address that browsers open and programs call: as a page for who asks for one.</summary>
    public IResult AsAsked(HttpRequest request) => new Asked(this, IsForPeople(request));

    /// <summary>Browsers name HTML when they open an address; programs don't.</summary>
    public static bool IsForPeople(HttpRequest request) =>
        request.Headers.Accept.Any(accept => accept?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true);

    public Task AnswerAsync(HttpContext http, bool asPage) => asPage
        ? http.RequestServices.GetRequiredService<ProblemPages>()(this).ExecuteAsync(http)
        : AnswerJsonAsync(http);

    /// <summary>What the refusal says outside its body.</summary>
    public void SetHeaders(HttpResponse response)
    {
        if (Challenge is not null)
            response.Headers.WWWAuthenticate = Challenge;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = HeaderUtilities.FormatNonNegativeInt64(Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)));
    }

    private byte[] ToJson(Speech speech)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteString("type", Documentation + Code);
            json.WriteString("title", speech.Say(Title));
            json.WriteNumber("status", Status);
            json.WriteString("detail", speech.Say(Detail));
            json.WriteString("code", Code);
            json.WriteString("name", "lderror");
            json.WriteNumber("id", Id);
            if (TraceId is not null)
                json.WriteString("trace_id", TraceId);
            WriteErrors(json, speech);
        });
    }

    private async Task AnswerJsonAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "application/problem+json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        SetHeaders(response);
        var speech = httpContext.GetPreferredSpeech();
        response.Headers.ContentLanguage = speech.Language.Tag;
        var body = ToJson(speech);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    private sealed record Asked(Problem Problem, bool AsPage) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => Problem.AnswerAsync(httpContext, AsPage);
    }

    private void WriteErrors(Utf8JsonWriter json, Speech speech)
    {
        if (Errors is null)
            return;
        json.WriteStartObject("errors");
        foreach (var (field, messages) in Errors)
        {
            json.WriteStartArray(field);
            foreach (var message in messages)
                json.WriteStringValue(speech.Say(message));
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}

/// <summary>Makes the page that tells people of a problem; the floor doesn't know what pages look like.</summary>
internal delegate IResult ProblemPages(Problem problem);
