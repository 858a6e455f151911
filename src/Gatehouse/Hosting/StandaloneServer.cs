using Gatehouse.Configuration;
using Gatehouse.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Hosting;

/// <summary>What the server adds around the library's endpoints: proxies, hosts, and answers to everything else.</summary>
internal static class StandaloneServer
{
    private static readonly string[] LoopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Serves the hosts of PublicUrl and <c>AllowedHosts</c>; in Development this machine's own names too.</summary>
    public static void AddGatehouseHosts(this WebApplicationBuilder builder, GatehouseSettings settings)
    {
        // The framework filters hosts before everything an application adds; whoever answers its refusals comes first.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, ErrorsFirst>());
        var also = (builder.Configuration["AllowedHosts"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        string[] hosts = [settings.PublicUrl.Host, .. also, .. settings.Development ? LoopbackHosts : []];
        builder.Services.PostConfigure<HostFilteringOptions>(options =>
        {
            options.AllowedHosts = [.. hosts.Distinct(StringComparer.OrdinalIgnoreCase)];
            options.AllowEmptyHosts = false;
            options.IncludeFailureMessage = false;
        });
    }

    public static void MapGatehouseServer(this WebApplication app)
    {
        if (app.Services.GetRequiredService<GatehouseSettings>().KnownProxies.Count > 0)
            app.UseForwardedHeaders();
        app.MapGatehouse();
    }

    private sealed class ErrorsFirst : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseMiddleware<StandaloneErrors>();
            next(app);
        };
    }
}
