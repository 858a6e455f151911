using System.Collections.Concurrent;
using Gatehouse.Http;
using Gatehouse.Hypercore.Transports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Gatehouse.Jlinx;

/// <summary>
/// Replication over a WebSocket. It carries no cookie's rights: a peer gets the documents whose keys it knows. How many
/// connections one source may hold is bounded (GH-SEC-330).
/// </summary>
internal sealed class ReplicationEndpoint(DocumentServer documents, PairServices services, IHostApplicationLifetime lifetime)
{
    public const string Path = "/jlinx/replicate";

    public const int MostPerSource = 64; // a household's programs, each with a connection for each account
    public const int Most = 20_000;

    private readonly ConcurrentDictionary<string, int> held = new(StringComparer.Ordinal);
    private int total;

    public async Task<IResult> Handle(HttpContext http, CancellationToken cancellationToken)
    {
        if (!http.WebSockets.IsWebSocketRequest)
            return Problems.BadRequest("problem.not_a_websocket");
        if (!http.WebSockets.WebSocketRequestedProtocols.Contains(WebSocketTransport.SubProtocol))
            return Problems.BadRequest("problem.not_a_websocket");
        var source = http.SourceKey().Key;
        if (!TryTake(source))
            return Problems.Busy();
        try
        {
            // A node that leaves says so at once: the customer's program goes to another.
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
            using var socket = await http.WebSockets.AcceptWebSocketAsync(WebSocketTransport.SubProtocol);
            await documents.Replicator.AttachAsync(
                WebSocketTransport.Carry(socket), isInitiator: false, expected: null, leaving.Token);
        }
#pragma warning disable CA1031 // the answer is the connection: there is nothing else to be answered
        catch (Exception exception) when (http.Response.HasStarted)
#pragma warning restore CA1031
        {
            services.Log.ReplicationFailed(exception);
        }
        finally
        {
            Give(source);
        }
        return Results.Empty;
    }

    private bool TryTake(string source)
    {
        var isWithin = Interlocked.Increment(ref total) <= Most;
        var most = services.Settings.RateLimits.Enabled ? MostPerSource : Most; // off for load tests, like every limit
        isWithin &= held.AddOrUpdate(source, 1, static (_, count) => count + 1) <= most;
        if (!isWithin)
            Give(source);
        return isWithin;
    }

    private void Give(string source)
    {
        Interlocked.Decrement(ref total);
        if (held.AddOrUpdate(source, 0, static (_, count) => Math.Max(0, count - 1)) == 0)
            held.TryRemove(new KeyValuePair<string, int>(source, 0));
    }
}
