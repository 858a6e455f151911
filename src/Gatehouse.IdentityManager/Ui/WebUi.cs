using System.Net;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>The pages, served to this machine alone.</summary>
internal sealed class WebUi : IAsyncDisposable
{
    private const int MostBytes = 64 * 1024;

    private readonly WebApplication app;

    private WebUi(WebApplication app, string entry)
    {
        this.app = app;
        EntryAddress = entry;
    }

    /// <summary>Where the person's browser comes in, once.</summary>
    public string EntryAddress { get; }

    /// <param name="port">0 for any.</param>
    public static async Task<WebUi> StartAsync(
        IDesk desk, VaultPlace place, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBytes;
            kestrel.Listen(IPAddress.Loopback, port, listening => listening.Use(next => connection =>
                PeerOwner.IsOurs(connection.RemoteEndPoint, connection.LocalEndPoint)
                    ? next(connection)
                    : Task.CompletedTask)); // which ends it
        });
        var built = builder.Build();
        // The port is known when it listens, and the gate needs it: nobody knows the address before that.
        var gate = new WebGate("");
        built.Use(async (context, next) =>
        {
            if (!await gate.AdmitsAsync(context))
                return;
            context.Request.Path.StartsWithSegments(gate.Room, StringComparison.Ordinal, out var rest);
            context.Request.Path = rest;
            await next(context);
        });
        built.UseRouting();
        WebRoutes.Map(built, new WebDesk(desk, place));
        try
        {
            await built.StartAsync(cancellationToken);
            var host = new Uri(built.Urls.First()).Authority;
            gate = new WebGate(host);
            return new WebUi(built, $"http://{host}{gate.EntryPath}");
        }
        catch
        {
            await built.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}
