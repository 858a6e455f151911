using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Network;

/// <summary>An app's web site, as far as a manager talks to it: two addresses, little time, few bytes.</summary>
internal sealed class AppOrigin(WebOrigin origin, bool allowsPrivate) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient http = new(GuardedDial.NewHandler(allowsPrivate))
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = WellKnown.MaxBytes,
    };

    /// <summary>
    /// The app's time as it answered, to the second: this machine's clock may be wrong, and times in the app's documents
    /// are by its own. Null where it tells none. A cache on the way adds how old its answer is (RFC 9111 5.1).
    /// </summary>
    public DateTimeOffset? Time { get; private set; }

    /// <summary>
    /// Which Did speaks for the origin, and where it is reached: at the origin's own host, or not at all.
    /// </summary>
    /// <exception cref="AppException">There is no such answer.</exception>
    public async Task<WellKnown> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] bytes;
        try
        {
            using var response = await http.GetAsync(new Uri(origin.Uri, WellKnown.Path), cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new AppException($"{origin} has no accounts of this kind.");
            bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (response.Headers.Date is { } date)
                Time = AppTime.Plus(date, response.Headers.Age ?? TimeSpan.Zero);
        }
        catch (Exception exception) when (IsUnreachable(exception, cancellationToken))
        {
            throw new AppException($"{origin} can't be reached: {Innermost(exception)}");
        }
        if (!WellKnown.TryRead(bytes, out var known))
            throw new AppException($"{origin} answers something else than what it should.");
        return known with { Services = Usable(known.Services) };
    }

    /// <summary>
    /// Tells the app which document to ask for. It proves nothing, so nothing is lost where it fails: the person can
    /// paste the id.
    /// </summary>
    public async Task<bool> TryPostAsync(Uri endpoint, DocumentId appAccount, CancellationToken cancellationToken)
    {
        if (!origin.Owns(endpoint))
            return false;
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new SignUpPost(appAccount.ToString()), NetworkJson.Default.SignUpPost);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await http.PostAsync(endpoint, content, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (IsUnreachable(exception, cancellationToken))
        {
            return false;
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>Those at the origin's own host, a WebSocket first: it comes through where TCP doesn't.</summary>
    public IReadOnlyList<Service> Usable(IEnumerable<Service> services) =>
        [.. services.Where(IsUsable).OrderBy(service => service.Type)];

    private bool IsUsable(Service service) =>
        string.Equals(service.Endpoint.IdnHost, origin.Uri.IdnHost, StringComparison.Ordinal)
        && (service.Endpoint.Scheme != "ws" || origin.Uri.Scheme == "http");

    private static bool IsUnreachable(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string Innermost(Exception exception) => exception switch
    {
        OperationCanceledException => "it took too long.",
        { InnerException: { } inner } => Innermost(inner),
        _ => exception.Message,
    };
}

/// <summary>The app isn't what it should be, or isn't there. The message is for the person.</summary>
internal sealed class AppException(string message) : Exception(message);
