using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Docs;

/// <summary>An endpoint as the running server has it in its route table.</summary>
internal sealed record Endpoint(
    string Method, string Path, EndpointRules Rules, string Group, string? Summary, bool Described)
{
    public static IReadOnlyList<Endpoint> AllOf(App app) =>
    [
        .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<EndpointRules>() is not null)
            .SelectMany(From)
            .OrderBy(endpoint => endpoint.Group, StringComparer.Ordinal)
            .ThenBy(endpoint => endpoint.Path, StringComparer.Ordinal)
            .ThenBy(endpoint => endpoint.Method, StringComparer.Ordinal),
    ];

    private static IEnumerable<Endpoint> From(RouteEndpoint route)
    {
        var rules = route.Metadata.GetMetadata<EndpointRules>()!;
        var methods = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"];
        return methods.Select(method => new Endpoint(
            method,
            "/" + route.RoutePattern.RawText!.Trim('/'),
            rules,
            rules.Page ? "Pages" : route.Metadata.GetMetadata<ITagsMetadata>()?.Tags[0] ?? "Other",
            route.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary,
            route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not { ExcludeFromDescription: true }));
    }
}
