using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Hosting;

/// <summary>
/// The least that a load balancer does: asks each node's <c>/readyz</c> ten times a second, and sends a request to the ready
/// ones in turn. It tries nothing twice, so whatever fails at a node fails here.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource ended = new();
    private readonly Node[] nodes;
    private readonly Task looking;
    private int turn;

    public Balancer(IEnumerable<ServerProcess> servers)
    {
        nodes = [.. servers.Select(server => new Node(server))];
        looking = Task.WhenAll(nodes.Select(LookAsync));
    }

    /// <summary>Another process takes the place of one that has ended.</summary>
    public void Replace(int at, ServerProcess server) => nodes[at].Server = server;

    public bool IsReady(int at) => nodes[at].IsReady;

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? json, params (string Name, string Value)[] headers)
    {
        var node = Choose();
        return await node.Server.SendAsync(method, path, json, CancellationToken.None, headers);
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await looking;
        ended.Dispose();
    }

    private Node Choose()
    {
        var ready = nodes.Where(node => node.IsReady).ToArray();
        return ready.Length > 0
            ? ready[(Interlocked.Increment(ref turn) & int.MaxValue) % ready.Length]
            : throw new InvalidOperationException("No node is ready.");
    }

    private async Task LookAsync(Node node)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                node.IsReady = (await node.Server.GetAsync("/readyz")).Status == HttpStatusCode.OK;
            }
            catch (Exception exception) when (exception is HttpRequestException or ObjectDisposedException or OperationCanceledException)
            {
                node.IsReady = false;
            }
            await Task.WhenAny(Task.Delay(LookEvery, ended.Token));
        }
    }

    private sealed class Node(ServerProcess server)
    {
        private volatile ServerProcess server = server;
        private volatile bool isReady;

        public ServerProcess Server
        {
            get => server;
            set => server = value;
        }

        public bool IsReady
        {
            get => isReady;
            set => isReady = value;
        }
    }
}
