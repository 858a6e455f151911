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
    [Meets("GH-SEC-207")]
    public void Every_endpoint_says_who_may_call_it()
    {
        Assert.NotEmpty(Endpoints);
        Assert.All(Endpoints, endpoint => Assert.True(
            endpoint.Metadata.GetMetadata<EndpointRules>() is not null, $"{NameOf(endpoint)} has no EndpointRules."));
    }

    [Fact]
    [Meets("GH-SEC-228")]
    public void Every_endpoint_says_which_methods_it_takes() => Assert.All(Endpoints, endpoint => Assert.True(
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods.Count: > 0 }, $"{NameOf(endpoint)} takes any method."));

    [Fact]
    [Meets("GH-SEC-042")]
    public void What_changes_something_needs_a_session_or_draws_on_a_budget()
    {
        var unguarded = Endpoints.Where(IsUnsafe).Where(endpoint => RulesOf(endpoint) is { Access: Access.Anyone, Limits.Count: 0 });

        Assert.All(unguarded, endpoint => Assert.Contains(NameOf(endpoint), Free, StringComparer.Ordinal));
    }

    [Fact]
    [Meets("GH-SEC-088")]
    public void Only_reset_and_the_naming_of_a_document_may_be_caused_by_another_site()
    {
        var allowed = Endpoints.Where(endpoint => RulesOf(endpoint).CrossOriginAllowed).Select(NameOf).Order(StringComparer.Ordinal);

        Assert.Equal(["POST /api/auth/jlinx/accounts", "POST /api/auth/reset"], allowed, StringComparer.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-052")]
    public void What_takes_a_mailed_secret_draws_on_the_budget_of_wrong_ones()
    {
        var links = Endpoints.Where(endpoint => endpoint.RoutePattern.RawText!.Contains("{token}", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(links);
        Assert.All(links.Where(endpoint => !RulesOf(endpoint).Page), endpoint => Assert.Contains(
            NameOf(endpoint).Contains("/invites/", StringComparison.Ordinal) ? LimitName.Invite : LimitName.Link, RulesOf(endpoint).Limits));
    }

    /// <summary>Whoever is said to need a session is refused without one, before anything of the request is looked at.</summary>
    [Fact]
    [Meets("GH-SEC-115", "GH-SEC-207")]
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

    /// <summary>What a probe or a proxy's exception would look like opens nothing.</summary>
    [Fact]
    [Meets("GH-SEC-251")]
    public async Task What_the_client_calls_itself_and_how_it_asks_decides_nothing()
    {
        foreach (var agent in (string[])["GoogleHC/1.0", "kube-probe/1.33", "ELB-HealthChecker/2.0", "Gatehouse", ""])
        {
            foreach (var path in (string[])[
                "/api/auth/session", "/api/auth/check?/healthz", "/api/auth/users?health=1", "/account/", "/ACCOUNT"])
            {
                var answer = await shared.App.GetAsync(
                    path, ("User-Agent", agent), ("X-Forwarded-Uri", "/healthz"), ("X-Original-Url", "/healthz"));
                answer.IsProblem(401, "unauthenticated");
            }
        }
    }

    [Fact]
    [Meets("GH-SEC-196")]
    public void Invites_are_looked_at_here_and_issued_listed_and_revoked_nowhere() => Assert.Equal(
        "GET /api/auth/invites/{token}",
        string.Join(", ", Endpoints.Select(NameOf).Where(name => name.Contains("/invites", StringComparison.Ordinal))));

    /// <summary>With everything a customer can hold: a session, a grant, links that are good.</summary>
    [Fact]
    [Meets("GH-SEC-089", "GH-SEC-133", "GH-SEC-191")]
    public async Task Reading_changes_nothing()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var alice = await app.JoinAsync();
        var grant = await alice.OpenAsync();
        string[] tokens =
            [await app.SignUpAsync("bob@example.com"), await app.ForgetPasswordAsync(alice.Email), alice.SessionId];
        await app.MailsSettledAsync();
        var before = await RowsAsync(app);

        foreach (var endpoint in Endpoints.Where(endpoint => !IsUnsafe(endpoint)))
        {
            foreach (var token in tokens)
            {
                var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
                    .Replace("{token}", token, StringComparison.Ordinal).Replace("{id}", token, StringComparison.Ordinal)
                    .Replace("{name}", "somebody", StringComparison.Ordinal)
                    .Replace("{documentName}", "v1", StringComparison.Ordinal);
                foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head, HttpMethod.Options])
                    await alice.SendAsync(method, path, null, grant);
            }
        }

        Assert.Equal(before, await RowsAsync(app));
        (await app.VerifyAsync(tokens[0])).IsOk();
        (await app.PostAsync($"/api/auth/passwd/{tokens[1]}", App.Json(("password", "another long passphrase")))).IsOk();
    }

    private static async Task<string> RowsAsync(App app)
    {
        var rows = new List<string>();
        foreach (var table in (string[])[
            "accounts", "users", "sessions", "grants", "one_time_links", "email_changes", "mail_outbox", "security_events"])
        {
            rows.Add($"{table} {await app.Store.CountAsync(table)}");
        }
        rows.Add($"epochs {await app.Store.AskAsync("SELECT sum(epoch) FROM accounts")}");
        rows.Add($"tokens {await app.Store.AskAsync("SELECT group_concat(hex(token_hash)) FROM sessions")}");
        return string.Join('\n', rows);
    }

    private static bool IsUnsafe(RouteEndpoint endpoint) => MethodOf(endpoint) is not ("GET" or "HEAD");

    private static EndpointRules RulesOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<EndpointRules>()!;

    private static string MethodOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];

    private static string NameOf(RouteEndpoint endpoint) => $"{MethodOf(endpoint)} {endpoint.RoutePattern.RawText}";
}
