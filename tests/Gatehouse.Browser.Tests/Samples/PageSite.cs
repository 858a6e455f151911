using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Browser.Tests.Samples;

/// <summary>A sample's page, and the server that lets its origin in: the two commands of its README.</summary>
public abstract class PageSite(string sample) : Site
{
    private PageHost page = null!;

    internal Uri Front => page.Address;

    /// <summary>Others whom the page or the server may lead to.</summary>
    internal virtual Uri[] Friends => [];

    private protected virtual (string Key, string Value)[] Settings => [];

    public override async Task DisposeAsync()
    {
        await page.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected override async Task<App> StartAsync()
    {
        page = await PageHost.StartAsync(sample);
        var app = await App.StartReachableAsync(
            StoreKind.Sqlite, Replace, [("AllowedOrigins:0", page.Address.GetLeftPart(UriPartial.Authority)), .. Settings]);
        page.Server = app.Address.GetLeftPart(UriPartial.Authority);
        return app;
    }

    private protected virtual void Replace(IServiceCollection services)
    {
    }
}

public sealed class PlainPage() : PageSite("plain-page");

public sealed class PlotdbPage() : PageSite("plotdb-page");

/// <summary>The plain page again, with a server whose customers may log in elsewhere too.</summary>
public sealed class SocialPlainPage() : PageSite("plain-page")
{
    internal override Uri[] Friends => StandIn.Sites;

    private protected override (string Key, string Value)[] Settings => StandIn.Settings;

    private protected override void Replace(IServiceCollection services) => StandIn.Replace(services);
}
