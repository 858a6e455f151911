using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Embedding;

/// <summary>
/// What an application gets beside the endpoints. The standalone server goes without: it has no endpoints to guard, and
/// so no middleware that asks about each request.
/// </summary>
internal static class EmbeddingServices
{
    public static void AddGatehouseScheme(this IServiceCollection services)
    {
        // The core alone: AddAuthentication would bring Data Protection with keys on the disk, which nothing here uses.
        services.AddAuthenticationCore().AddWebEncoders().AddAuthorization();
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, SessionHandler>(
            GatehouseDefaults.AuthenticationScheme, displayName: null, configureOptions: null);
    }
}
