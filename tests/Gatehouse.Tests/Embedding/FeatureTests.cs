using System.Net;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Gatehouse.Tests.Embedding;

/// <summary>A feature that is left out is not there: by API, by page, by link, by description.</summary>
public sealed class FeatureTests
{
    [Theory]
    [InlineData(GatehouseFeatures.SignUp, "/api/auth/signup", "/auth/signup", "/auth/mail/verify", "/account/register")]
    [InlineData(GatehouseFeatures.Users, "/api/auth/users", "/auth/users")]
    [InlineData(GatehouseFeatures.Recovery, "/api/auth/passwd", "/auth/passwd")]
    [InlineData(GatehouseFeatures.Settings, "/api/auth/account", "/api/auth/account/open", "/api/auth/account/email/x")]
    [InlineData(GatehouseFeatures.Invites, "/api/auth/invites/x")]
    [InlineData(GatehouseFeatures.ApiClients, "/account", "/account/login", "/account/register", "/api/auth/token", "/.well-known/jwks.json")]
    [InlineData(GatehouseFeatures.Pages, "/auth/login", "/auth/signup", "/auth/passwd", "/auth/users", "/problems", "/")]
    [InlineData(GatehouseFeatures.Operations, "/healthz", "/readyz", "/openapi/v1.json")]
    public async Task What_is_left_out_is_not_there(GatehouseFeatures left, params string[] paths)
    {
        await using var app = await EmbedAsync(GatehouseFeatures.All & ~left);

        foreach (var path in paths)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await app.GetAsync(path)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await app.PostAsync(path, "{}")).Status);
        }
        (await app.GetAsync("/api/auth/info")).IsOk();
        if (left == GatehouseFeatures.Operations)
            return;
        var described = (await app.GetAsync("/openapi/v1.json")).Json.GetProperty("paths").EnumerateObject().Select(path => path.Name);
        Assert.Empty(described.Intersect(paths, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Sessions_and_pages_are_left_out_together()
    {
        await using var app = await EmbedAsync(GatehouseFeatures.ApiClients | GatehouseFeatures.SignUp);

        Assert.Equal(HttpStatusCode.NotFound, (await app.GetAsync("/api/auth/session")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.PostAsync("/api/auth/login", "{}")).Status);
        (await app.GetAsync("/guarded", ("Accept", "text/html"))).IsProblem(401, "unauthenticated");
        (await app.PostAsync("/account/login", "{}")).IsProblem(400, "bad_request");
    }

    [Fact]
    public async Task No_page_links_to_one_that_was_left_out()
    {
        await using var app = await EmbedAsync(GatehouseFeatures.Sessions | GatehouseFeatures.Pages);
        await using var whole = await App.StartOnAsync(app.Store, app.Clock);
        var person = await whole.JoinAsync();

        foreach (var page in (Answer[])
            [await app.GetAsync("/"), await app.GetAsync("/auth/login"), await app.GetAsync("/", person.CookieHeader)])
        {
            page.IsOk();
            foreach (var path in (string[])["/auth/signup", "/auth/passwd", "/auth/users", "/auth/mail"])
                Assert.DoesNotContain(path, page.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_description_tells_of_ours_alone()
    {
        await using var app = await EmbedAsync(GatehouseFeatures.All);

        var paths = (await app.GetAsync("/openapi/v1.json")).Json.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToArray();

        Assert.Contains("/api/auth/login", paths, StringComparer.Ordinal);
        Assert.DoesNotContain("/guarded", paths, StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_when_it_is_mapped()
    {
        await RefusedAsync<ArgumentException>(app => app.MapGatehouse(GatehouseFeatures.All & ~GatehouseFeatures.Sessions));
        await RefusedAsync<ArgumentException>(app => app.MapGroup("/auth").MapGatehouse());
        await RefusedAsync<InvalidOperationException>(app =>
        {
            app.MapGatehouse();
            app.MapGatehouse();
        });
    }

    private static Task<App> EmbedAsync(GatehouseFeatures features) => App.EmbedAsync(StoreKind.Sqlite, Host.Nothing, app =>
    {
        app.MapGatehouse(features);
        Host.MapOwn(app);
    });

    private static async Task RefusedAsync<T>(Action<WebApplication> map) where T : Exception =>
        await Assert.ThrowsAsync<T>(() => App.EmbedAsync(StoreKind.Sqlite, Host.Nothing, map));
}
