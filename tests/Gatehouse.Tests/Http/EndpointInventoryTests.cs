using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Http;

/// <summary>Nothing is served that nobody has said who may call.</summary>
public sealed class EndpointInventoryTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    // Calls that change something and take neither a session nor a budget: leaving.
    private static readonly string[] Free =
        ["POST /api/auth/logout", "POST /api/auth/reset", "DELETE /api/auth/session", "POST /", "POST /auth/reset"];

    private IEnumerable<RouteEndpoint> Endpoints =>
        shared.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    [Fact]
    public void Every_endpoint_says_who_may_call_it()
    {
        Assert.NotEmpty(Endpoints);
        Assert.All(Endpoints, endpoint => Assert.True(
            endpoint.Metadata.GetMetadata<EndpointRules>() is not null, $"{NameOf(endpoint)} has no EndpointRules."));
    }

    [Fact]
    public void Every_endpoint_says_which_methods_it_takes() => Assert.All(Endpoints, endpoint => Assert.True(
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods.Count: > 0 }, $"{NameOf(endpoint)} takes any method."));

    [Fact]
    public void What_changes_something_needs_a_session_or_draws_on_a_budget()
    {
        var unguarded = Endpoints.Where(IsUnsafe).Where(endpoint => RulesOf(endpoint) is { Access: Access.Anyone, Limits.Count: 0 });

        Assert.All(unguarded, endpoint => Assert.Contains(NameOf(endpoint), Free, StringComparer.Ordinal));
    }

    [Fact]
    public void Only_reset_may_be_caused_by_another_site()
    {
        var allowed = Endpoints.Where(endpoint => RulesOf(endpoint).CrossOriginAllowed);

        Assert.True(NameOf(Assert.Single(allowed)) == "POST /api/auth/reset");
    }

    [Fact]
    public void What_takes_a_mailed_secret_draws_on_the_budget_of_wrong_ones()
    {
        var links = Endpoints.Where(endpoint => endpoint.RoutePattern.RawText!.Contains("{token}", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(links);
        Assert.All(links.Where(endpoint => !RulesOf(endpoint).Page), endpoint => Assert.Contains(
            NameOf(endpoint).Contains("/invites/", StringComparison.Ordinal) ? LimitName.Invite : LimitName.Link, RulesOf(endpoint).Limits));
    }

    /// <summary>Whoever is said to need a session is refused without one, before anything of the request is looked at.</summary>
    [Fact]
    public async Task What_needs_a_session_is_refused_without()
    {
        var endpoints = Endpoints.Where(endpoint => RulesOf(endpoint).Access == Access.Session).ToArray();
        Assert.NotEmpty(endpoints);
        foreach (var endpoint in endpoints)
        {
            var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{id}", "0190c0de-0000-7000-8000-000000000000", StringComparison.Ordinal);
            var answer = await shared.App.SendAsync(new HttpMethod(MethodOf(endpoint)), path, MethodOf(endpoint) == "GET" ? null : "not json");

            answer.IsProblem(401, "unauthenticated");
            Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
        }
    }

    private static bool IsUnsafe(RouteEndpoint endpoint) => MethodOf(endpoint) is not ("GET" or "HEAD");

    private static EndpointRules RulesOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<EndpointRules>()!;

    private static string MethodOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];

    private static string NameOf(RouteEndpoint endpoint) => $"{MethodOf(endpoint)} {endpoint.RoutePattern.RawText}";
}
