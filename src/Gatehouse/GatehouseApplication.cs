using Gatehouse.Configuration;
using Gatehouse.Hosting;
using Gatehouse.Http;
using Gatehouse.Invites;
using Gatehouse.Mail;
using Gatehouse.Pages;
using Gatehouse.Recovery;
using Gatehouse.Sessions;
using Gatehouse.Settings;
using Gatehouse.SignUp;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gatehouse;

/// <summary>Adds Gatehouse to an ASP.NET Core application.</summary>
public static class GatehouseApplication
{
    /// <summary>
    /// Reads the section <c>Gatehouse</c> of the configuration and registers what the endpoints need. Nothing is opened
    /// before the host starts.
    /// </summary>
    /// <exception cref="SettingsFaultException">A setting is wrong or missing; the message names every fault.</exception>
    public static WebApplicationBuilder AddGatehouse(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = SettingsReader.Read(builder.Configuration, builder.Environment.IsDevelopment());
        builder.Services.AddGatehouse(settings);
        return builder;
    }

    /// <summary>
    /// Maps Gatehouse's endpoints at the root: <c>/api/auth</c>, <c>/account</c>, <c>/auth</c> and the well-known
    /// documents. The application's own endpoints are left as they are.
    /// </summary>
    public static WebApplication MapGatehouse(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var settings = app.Services.GetRequiredService<GatehouseSettings>();
        app.UseMiddleware<FrontDoor>();
        if (settings.AllowedOrigins.Count > 0)
            app.UseCors();
        var routes = app.MapGroup("");
        if (settings.AllowedOrigins.Count > 0)
            routes.RequireCors(GatehouseServices.CorsPolicy);
        routes.MapSignUp();
        routes.MapSessions();
        routes.MapUsers();
        routes.MapRecovery();
        routes.MapInvites();
        routes.MapSettings();
        routes.MapOperations();
        routes.MapPages();
        if (settings.Development)
            routes.MapDevMailbox();
        return app;
    }
}
