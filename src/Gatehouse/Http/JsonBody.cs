using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gatehouse.Http;

/// <summary>
/// Reads a request's JSON strictly: UTF-8, at most 64 KiB however it is framed, no duplicate members at any depth, no
/// lone surrogates, no comments. Unknown members are ignored and never bound (GH-SEC-231, 232, 233).
/// </summary>
internal static class JsonBody
{
    public const int MostBytes = 64 * 1024;
    private const int MostDepth = 16;

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = MostDepth,
    };

    /// <returns>The value, or the problem to answer with; exactly one of them.</returns>
    public static async ValueTask<(T? Value, Problem? Problem)> ReadAsync<T>(
        HttpContext http, JsonTypeInfo<T> type, CancellationToken cancellationToken) where T : class
    {
        if (!HasMediaType(http.Request, "application/json"))
            return (null, Problems.UnsupportedMediaType());
        // A body never has more than its Content-Length, so most need a small buffer; a chunked one may have anything.
        var room = (int)Math.Min(http.Request.ContentLength ?? MostBytes, MostBytes) + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(room);
        try
        {
            var length = await http.Request.Body.ReadAtLeastAsync(
                buffer.AsMemory(0, room), room, throwOnEndOfStream: false, cancellationToken);
            return length > MostBytes ? (null, Problems.TooLarge()) : Parse(buffer.AsMemory(0, length), type);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true); // it held a password
        }
    }

    /// <summary>The same where every member may be left out: no body at all says as much as an empty object.</summary>
    public static ValueTask<(T? Value, Problem? Problem)> ReadOptionalAsync<T>(
        HttpContext http, JsonTypeInfo<T> type, CancellationToken cancellationToken) where T : class
    {
        var absent = (http.Request.ContentType is null || HasMediaType(http.Request, "application/json"))
            && http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };
        return absent ? ValueTask.FromResult(Parse("{}"u8.ToArray(), type)) : ReadAsync(http, type, cancellationToken);
    }

    /// <summary>Whether a body is of this type, in UTF-8, as it stands: a compressed one is refused (GH-SEC-231).</summary>
    public static bool HasMediaType(HttpRequest request, string expected)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            return false;
        return request.ContentType is { } type
            && Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(type, out var media)
            && media.MediaType.Equals(expected, StringComparison.OrdinalIgnoreCase)
            && (!media.Charset.HasValue || media.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                || media.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
    }

    private static (T? Value, Problem? Problem) Parse<T>(ReadOnlyMemory<byte> utf8, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            if (!Utf8.IsValid(utf8.Span) || HasLoneSurrogate(utf8.Span))
                return (null, Problems.BadRequest("problem.not_utf8"));
            using var document = JsonDocument.Parse(utf8, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return (null, Problems.BadRequest("problem.not_object"));
            if (Missing(document.RootElement, type) is { } missing)
                return (null, Problems.Missing(missing));
            return (document.RootElement.Deserialize(type), null);
        }
        catch (JsonException exception)
        {
            var member = exception.Path is ['$', '.', .. var name] ? name.Split('.', '[')[0] : null;
            return (null, member is { Length: > 0 } && type.Properties.Any(property => property.Name == member)
                ? Problems.WrongType(member)
                : Problems.BadRequest("problem.not_json"));
        }
    }

    private static string? Missing(JsonElement root, JsonTypeInfo type) => type.Properties
        .FirstOrDefault(property => property.IsRequired && !root.TryGetProperty(property.Name, out _))?.Name;

    /// <summary>An escape such as <c>\ud800</c> alone passes the parser and throws only where it is read.</summary>
    private static bool HasLoneSurrogate(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("\\u"u8) < 0)
            return false;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MostDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    _ = reader.GetString();
            }
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}
