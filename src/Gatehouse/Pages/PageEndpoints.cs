using Microsoft.AspNetCore.Routing;

namespace Gatehouse.Pages;

internal static class PageEndpoints
{
    public static void MapPages(this IEndpointRouteBuilder routes)
    {
    }
}
