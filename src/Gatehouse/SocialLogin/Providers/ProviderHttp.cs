using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Gatehouse.Http;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>
/// Calls to providers. Promises: five seconds, 64 KiB, JSON; no redirect is followed, no cookie kept, certificates checked.
/// Must never: put what a provider sent, or a secret, into an exception or a log (GH-SEC-182, 185).
/// </summary>
internal sealed class ProviderHttp : IDisposable
{
    private const int MostBytes = 64 * 1024; // a key set or a profile has a few
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // a customer waits
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5); // so that a change in the DNS is seen
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly HttpClient http;

    public ProviderHttp(HttpMessageHandler handler) => http = new HttpClient(handler)
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MostBytes,
    };

    public static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = Patience,
        PooledConnectionLifetime = ConnectionLifetime,
        MaxResponseHeadersLength = 16, // KiB
        AutomaticDecompression = DecompressionMethods.None, // a small answer must not become a large one
    };

    /// <param name="what">For the log: "key set", "profile".</param>
    /// <exception cref="ProviderException">No answer, no success, or no JSON object.</exception>
    public Task<JsonElement> GetAsync(Uri address, string what, string? bearer, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (bearer is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        return SendAsync(request, what, cancellationToken);
    }

    /// <param name="client">Id and secret for the Authorization header (RFC 6749, 2.3.1); null: they are in the form.</param>
    /// <exception cref="ProviderException">No answer, no success, or no JSON object.</exception>
    public Task<JsonElement> PostAsync(
        Uri address, string what, IEnumerable<KeyValuePair<string, string>> form, (string Id, string Secret)? client,
        CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) };
        if (client is var (id, secret))
        {
            var pair = $"{WebUtility.UrlEncode(id)}:{WebUtility.UrlEncode(secret)}";
            request.Headers.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(pair)));
        }
        return SendAsync(request, what, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, string what, CancellationToken cancellationToken)
    {
        using var sent = request;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Gatehouse", ProductVersion.Text));
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new ProviderException($"{what}: answered {(int)response.StatusCode}");
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new ProviderException($"{what}: no JSON object");
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException($"{what}: no answer in time", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new ProviderException($"{what}: can't be had", exception);
        }
        catch (JsonException)
        {
            throw new ProviderException($"{what}: not JSON"); // the parser's own words may quote it
        }
    }
}

internal static class ProviderJson
{
    private const int MostCharacters = 4096;

    /// <summary>A member that is a string of sensible length, else null.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.Long(name) is { Length: <= MostCharacters } text ? text : null;

    /// <summary>The same of any length: an ID token.</summary>
    public static string? Long(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && TextOf(member) is { Length: > 0 } text ? text : null;

    /// <summary>A member that can stand in a header: visible ASCII.</summary>
    public static string? Token(this JsonElement json, string name) =>
        json.Text(name) is { } text && !text.AsSpan().ContainsAnyExceptInRange('!', '~') ? text : null;

    /// <summary>A member that is a whole number, else null.</summary>
    public static long? Number(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var number)
            ? number
            : null;

    /// <summary>True for <c>true</c> alone: a text that says so is somebody else's idea of it.</summary>
    public static bool IsTrue(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.True;

    /// <summary>The strings of an array; empty when it is none.</summary>
    public static IReadOnlyList<string> Texts(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Array
            ? [.. member.EnumerateArray().Select(TextOf).OfType<string>()]
            : [];

    private static string? TextOf(JsonElement item)
    {
        try
        {
            return item.ValueKind == JsonValueKind.String ? item.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair, or no UTF-8: the parser lets both pass
        }
    }
}
