using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gatehouse.Embedding;

/// <summary>
/// What an application gets beside the endpoints. The standalone server goes without: it has no endpoints to guard, and
/// so no middleware that asks about each request.
/// </summary>
internal static class EmbeddingServices
{
    // The framework's log of each request holds its path, and a path may hold a one-time secret (GH-SEC-147).
    private const string RequestLog = "Microsoft.AspNetCore.Hosting.Diagnostics";

    public static void AddGatehouseScheme(this IServiceCollection services)
    {
        // The core alone: AddAuthentication would bring Data Protection with keys on the disk, which nothing here uses.
        services.AddAuthenticationCore().AddWebEncoders().AddAuthorization();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, SessionHandler>(
            GatehouseDefaults.AuthenticationScheme, displayName: null, configureOptions: null);
    }

    /// <summary>
    /// Off below warnings, unless the application's configuration names this very log: of equal rules the first is weakest.
    /// </summary>
    public static void KeepPathsOutOfLogs(this IServiceCollection services)
    {
        var quiet = new ConfigureOptions<LoggerFilterOptions>(
            options => options.Rules.Add(new LoggerFilterRule(null, RequestLog, LogLevel.Warning, null)));
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<LoggerFilterOptions>>(quiet));
    }
}
