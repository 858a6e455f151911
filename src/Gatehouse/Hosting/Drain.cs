using Gatehouse.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Gatehouse.Hosting;

/// <summary>
/// A node that leaves. Promises: from the moment the process is told to stop, <c>/readyz</c> sends balancers elsewhere and
/// every answer closes its connection, while all is served as before until <c>Shutdown:Drain</c> has passed; only then does
/// the host stop listening. Must never: refuse a request itself.
/// </summary>
internal sealed class Drain(
    GatehouseSettings settings, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Drain> log)
    : IHostedLifecycleService, IStartupFilter
{
    /// <summary>What is in flight when it stops listening has this long to be finished.</summary>
    private static readonly TimeSpan Finish = TimeSpan.FromSeconds(5);

    private volatile bool stopping;

    public bool HasBegun => stopping || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>A host that gives up earlier than this would cut off who is still being answered.</summary>
    public static void KeepTime(HostOptions host, GatehouseSettings settings)
    {
        var least = (settings.ShutdownDrain ?? TimeSpan.Zero) + Finish;
        host.ShutdownTimeout = host.ShutdownTimeout < least ? least : host.ShutdownTimeout;
    }

    /// <summary>Around everything that the process serves: a balancer's connections are shared by all of it.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(inside => http =>
        {
            if (HasBegun && HttpProtocol.IsHttp11(http.Request.Protocol)) // HTTP/2 says it by itself
                http.Response.OnStarting(CloseConnection, http.Response);
            return inside(http);
        });
        next(app);
    };

    /// <summary>The host calls it before it stops anything.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        stopping = true;
        if (settings.ShutdownDrain is not { } length)
            return;
        log.Draining(length);
        try
        {
            await Task.Delay(length, clock, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host's own patience has ended.
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static Task CloseConnection(object response)
    {
        ((HttpResponse)response).Headers[HeaderNames.Connection] = "close";
        return Task.CompletedTask;
    }
}
