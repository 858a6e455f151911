using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Gatehouse.Hosting;

/// <summary>Sends metrics and traces over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; else does nothing.</summary>
internal sealed class Telemetry : IHostedService, IDisposable
{
    private MeterProvider? meters;
    private TracerProvider? tracers;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
            return Task.CompletedTask;
        meters = Sdk.CreateMeterProviderBuilder()
            .AddMeter(Http.GatehouseMeter.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddMeter("Npgsql", "System.Runtime")
            .AddOtlpExporter()
            .Build();
        tracers = Sdk.CreateTracerProviderBuilder()
            .AddSource(Http.GatehouseMeter.Name, "Microsoft.AspNetCore", "Npgsql")
            .AddProcessor(new RouteOnly())
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        meters?.Dispose();
        tracers?.Dispose();
    }

    /// <summary>A path may hold a one-time secret: a trace shows the route's template instead (GH-SEC-147).</summary>
    internal sealed class RouteOnly : BaseProcessor<Activity>
    {
        private static readonly string[] Paths = ["url.path", "url.full", "url.query", "http.target", "http.url"];

        public override void OnEnd(Activity data)
        {
            var route = data.GetTagItem("http.route");
            foreach (var name in Paths)
            {
                if (data.GetTagItem(name) is not null)
                    data.SetTag(name, name == "url.path" ? route : null);
            }
        }
    }
}
