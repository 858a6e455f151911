using Gatehouse.Configuration;
using Gatehouse.Hosting;

namespace Gatehouse.Server;

/// <summary>The standalone server: the library and nothing else.</summary>
internal static class ServerHost
{
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // Settings are read once. Watching their files would watch the whole folder, and so every write to data/ below it.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        configure?.Invoke(builder);
        var settings = SettingsReader.Read(builder.Configuration, builder.Environment.IsDevelopment());
        builder.Services.AddGatehouse(settings);
        builder.AddGatehouseHosts(settings);
        // In all, the drain included: service managers kill what takes much longer (GH-SEC-310).
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Kestrel counts the framing of chunks too; the exact limit of 64 KiB is the front door's and JsonBody's.
            kestrel.Limits.MaxRequestBodySize = 512 * 1024;
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        // The framework's request log holds paths, and a path may hold a one-time secret (GH-SEC-147). Off altogether, or
        // it makes an activity and a log scope for every request, which nobody reads.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        var app = builder.Build();
        ListenWhereCustomersLook(app, settings.PublicUrl);
        app.MapGatehouseServer();
        return app;
    }

    /// <summary>Without <c>--urls</c>: at PublicUrl when that is this machine, else on port 8080 of every interface.</summary>
    private static void ListenWhereCustomersLook(WebApplication app, Uri publicUrl)
    {
        var urls = app.Configuration["urls"] ?? app.Configuration["http_ports"];
        if (!string.IsNullOrEmpty(urls))
            return;
        app.Urls.Add(publicUrl.IsLoopback && publicUrl.Scheme == Uri.UriSchemeHttp
            ? publicUrl.GetLeftPart(UriPartial.Authority)
            : "http://*:8080");
    }
}
