using Gatehouse.Configuration;
using Gatehouse.Embedding;
using Gatehouse.Hosting;
using Gatehouse.Http;
using Gatehouse.Invites;
using Gatehouse.Jlinx;
using Gatehouse.Mail;
using Gatehouse.Pages;
using Gatehouse.Recovery;
using Gatehouse.Sessions;
using Gatehouse.Settings;
using Gatehouse.SignUp;
using Gatehouse.SocialLogin;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gatehouse;

/// <summary>Adds Gatehouse to an ASP.NET Core application.</summary>
public static class GatehouseApplication
{
    /// <summary>Does the same as <see cref="AddGatehouse(IServiceCollection, IConfiguration, IHostEnvironment)"/>.</summary>
    /// <exception cref="SettingsFaultException">A setting is wrong or missing; the message names every fault.</exception>
    public static WebApplicationBuilder AddGatehouse(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddGatehouse(builder.Configuration, builder.Environment);
        return builder;
    }

    /// <summary>
    /// Reads the section <c>Gatehouse</c> of the configuration and registers what the endpoints need, the authentication
    /// scheme <see cref="GatehouseDefaults.AuthenticationScheme"/>, and authorization. The scheme is the default one when
    /// it is the only one. Nothing is opened before the host starts.
    /// </summary>
    /// <exception cref="SettingsFaultException">A setting is wrong or missing; the message names every fault.</exception>
    public static IServiceCollection AddGatehouse(
        this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(environment);
        services.AddGatehouse(SettingsReader.Read(configuration, environment.IsDevelopment()));
        services.AddGatehouseScheme();
        services.KeepPathsOutOfLogs();
        return services;
    }

    /// <summary>
    /// Maps Gatehouse's endpoints at the root: <c>/api/auth</c>, <c>/account</c>, <c>/auth</c> and the well-known
    /// documents. The application's own endpoints are left as they are, and its page wins where a hosted one has the same
    /// path. The endpoints decide themselves who may call them, whatever the application's fallback policy says.
    /// </summary>
    /// <returns>The endpoints together, to put a convention on: <c>app.MapGatehouse().RequireHost("auth.example.com")</c>.</returns>
    /// <exception cref="ArgumentException">
    /// The routes are a group, whose prefix the links in mails would not have; or pages are served without sessions.
    /// </exception>
    /// <exception cref="InvalidOperationException">Gatehouse is mapped already, or was never added.</exception>
    public static IEndpointConventionBuilder MapGatehouse(
        this IEndpointRouteBuilder routes, GatehouseFeatures features = GatehouseFeatures.All)
    {
        ArgumentNullException.ThrowIfNull(routes);
        if (routes is RouteGroupBuilder)
            throw new ArgumentException("Gatehouse is mapped at the root: links in mails and cookies have no prefix.", nameof(routes));
        if (features.HasFlag(GatehouseFeatures.Pages) && !features.HasFlag(GatehouseFeatures.Sessions))
            throw new ArgumentException("The pages need the sessions: they log people in.", nameof(features));
        var services = routes.ServiceProvider;
        services.GetRequiredService<ServedFeatures>().Tell(features);
        var door = services.GetRequiredService<FrontDoor>();
        var group = routes.MapGroup("").AllowAnonymous();
        ((IEndpointConventionBuilder)group).Finally(door.Guard);
        Share(routes, group, services.GetRequiredService<GatehouseSettings>());
        var settings = services.GetRequiredService<GatehouseSettings>();
        Map(group, features, settings);
        if (features.HasFlag(GatehouseFeatures.Jlinx) && settings.Jlinx.IsOn && routes is IApplicationBuilder app)
            app.UseWebSockets();
        return group;
    }

    /// <summary>Lets pages of the allowed origins read our answers. An endpoint that says so fails without the middleware.</summary>
    private static void Share(IEndpointRouteBuilder routes, RouteGroupBuilder group, GatehouseSettings settings)
    {
        if (settings.AllowedOrigins.Count == 0)
            return;
        group.RequireCors(GatehouseServices.CorsPolicy);
        if (routes is IApplicationBuilder app)
            app.UseCors();
    }

    private static void Map(RouteGroupBuilder routes, GatehouseFeatures features, GatehouseSettings settings)
    {
        var forApiClients = features.HasFlag(GatehouseFeatures.ApiClients);
        if (features.HasFlag(GatehouseFeatures.SignUp))
            routes.MapSignUp(forApiClients);
        if (features.HasFlag(GatehouseFeatures.Sessions))
            routes.MapSessions();
        if (features.HasFlag(GatehouseFeatures.SocialLogin))
            routes.MapSocialLogin();
        if (features.HasFlag(GatehouseFeatures.Jlinx) && settings.Jlinx.IsOn)
            routes.MapJlinx();
        if (forApiClients)
            routes.MapApiClients();
        if (features.HasFlag(GatehouseFeatures.Users))
            routes.MapUsers();
        if (features.HasFlag(GatehouseFeatures.Recovery))
            routes.MapRecovery();
        if (features.HasFlag(GatehouseFeatures.Settings))
            routes.MapSettings();
        if (features.HasFlag(GatehouseFeatures.Invites))
            routes.MapInvites();
        if (features.HasFlag(GatehouseFeatures.Operations))
            routes.MapOperations();
        if (features.HasFlag(GatehouseFeatures.Pages))
            routes.MapPages();
        if (settings.Development)
            routes.MapDevMailbox();
    }
}
