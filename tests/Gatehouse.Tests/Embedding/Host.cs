using System.Security.Claims;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Tests.Embedding;

/// <summary>An application of somebody else's: what it serves, and how its answers show who it takes the caller for.</summary>
internal static class Host
{
    public static void MapOwn(WebApplication app)
    {
        app.MapGet("/open", Tell);
        app.MapPost("/open", Tell);
        app.MapGet("/guarded", Tell).RequireAuthorization();
        app.MapPost("/guarded", Tell).RequireAuthorization();
        app.MapGet("/staff", Tell).RequireAuthorization(policy => policy.RequireClaim("staff"));
        app.MapGet("/claims", (ClaimsPrincipal user) => string.Join('\n', user.Claims.Select(claim => $"{claim.Type}={claim.Value}")))
            .RequireAuthorization();
        app.MapGet("/ids", (ClaimsPrincipal user) => $"{user.GetAccountId()} {user.GetUserId()} {user.GetSessionId()}");
    }

    public static void Map(WebApplication app)
    {
        app.MapGatehouse();
        MapOwn(app);
    }

    public static void Nothing(WebApplicationBuilder builder)
    {
    }

    private static string Tell(HttpContext http) =>
        http.User.Identity is { IsAuthenticated: true } identity ? $"Hello, {identity.Name}." : "Hello, guest.";
}

/// <summary>One such application for the tests of a class.</summary>
public sealed class EmbeddedOnSqlite : IAsyncLifetime
{
    internal App App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await App.EmbedAsync(StoreKind.Sqlite, Host.Nothing, Host.Map);

    public async Task DisposeAsync() => await App.DisposeAsync();
}
