using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Http;

internal static class EndpointDescriptions
{
    /// <summary>Names the request's body for the OpenAPI document.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder builder) where T : notnull =>
        builder.Accepts<T>("application/json");
}
