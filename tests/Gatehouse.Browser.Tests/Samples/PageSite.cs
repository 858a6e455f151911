using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Samples;

/// <summary>A sample's page, and the server that lets its origin in: the two commands of its README.</summary>
public abstract class PageSite(string sample) : Site
{
    private PageHost page = null!;

    internal Uri Front => page.Address;

    public override async Task DisposeAsync()
    {
        await page.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected override async Task<App> StartAsync()
    {
        page = await PageHost.StartAsync(sample);
        var app = await App.StartReachableAsync(
            StoreKind.Sqlite, ("AllowedOrigins:0", page.Address.GetLeftPart(UriPartial.Authority)));
        page.Server = app.Address.GetLeftPart(UriPartial.Authority);
        return app;
    }
}

public sealed class PlainPage() : PageSite("plain-page");

public sealed class PlotdbPage() : PageSite("plotdb-page");
