using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>
/// A server with an OpenID Connect issuer of its own: npm's oidc-provider, with its own login pages. Its tokens have the time
/// of the machine, so ours starts there.
/// </summary>
public sealed class IssuerSite : Site
{
    private Node? provider;

    internal Uri Issuer { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        if (provider is not null)
            await provider.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected override async Task<App> StartAsync()
    {
        Issuer = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}");
        var address = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        var app = await App.StartAtAsync(
            StoreKind.Sqlite, TimeProvider.System.GetUtcNow(), ("urls", address), ("PublicUrl", address),
            ("Social:house:ClientId", "gatehouse"), ("Social:house:ClientSecret", "a secret between the two of them"),
            ("Social:house:Authority", Issuer.GetLeftPart(UriPartial.Authority)), ("Social:house:Title", "The House"));
        provider = Node.Start(
            "oidc-provider.mjs", $"{Issuer.Port}", address + "/api/auth/house/callback");
        Assert.Equal("ready", await provider.ReadLineAsync());
        return app;
    }
}
