using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gatehouse.Tests.Embedding;

/// <summary>However an application puts its pipeline together, the front door stands and the scheme works.</summary>
public sealed class PipelineTests
{
    public static TheoryData<string> Orders => [.. Pipelines.Keys];

    private static Dictionary<string, Action<WebApplication>> Pipelines { get; } = new(StringComparer.Ordinal)
    {
        ["nothing but the endpoints"] = Host.Map,
        ["own endpoints first"] = app =>
        {
            Host.MapOwn(app);
            app.MapGatehouse();
        },
        ["everything said, endpoints last"] = app =>
        {
            app.UseStaticFiles();
            app.UseRouting();
            app.UseAuthentication();
            app.UseAuthorization();
            Host.Map(app);
        },
        ["routing after the endpoints"] = app =>
        {
            Host.Map(app);
            app.UseRouting();
            app.UseAuthentication();
            app.UseAuthorization();
        },
        ["authentication before routing"] = app =>
        {
            app.UseAuthentication();
            app.UseRouting();
            app.UseAuthorization();
            Host.Map(app);
        },
        ["authentication twice"] = app =>
        {
            Host.Map(app);
            app.UseAuthentication();
            app.UseAuthentication();
            app.UseAuthorization();
        },
        ["in a branch of endpoints"] = app =>
        {
            app.UseRouting();
            app.UseAuthorization();
#pragma warning disable ASP0014 // as older applications have it
            app.UseEndpoints(routes => routes.MapGatehouse());
#pragma warning restore ASP0014
            Host.MapOwn(app);
        },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task The_door_stands_and_the_scheme_works(string order)
    {
        await using var app = await App.EmbedAsync(StoreKind.Sqlite, Host.Nothing, Pipelines[order]);
        var person = await app.JoinAsync();
        var token = await person.TakeTokenAsync();

        var login = App.Json(("email", person.Email), ("password", person.Password));
        (await app.PostAsync("/api/auth/login", login, ("Origin", "https://evil.example"))).IsProblem(403, "cross_origin");
        Gatehouse.Tests.Http.SecurityHeadersTests.AssertGuarded(await person.GetAsync("/api/auth/session"));
        Assert.Equal("Hello, Alice.", (await person.GetAsync("/guarded")).Body);
        Assert.Equal("Hello, Alice.", (await person.GetAsync("/open")).Body);
        Assert.Single((await app.GetAsync("/guarded", App.Bearer(token))).Headers["GN-Access-Token"], sent => sent == token);
        (await app.GetAsync("/guarded")).IsProblem(401, "unauthenticated");
        (await app.PostAsync("/api/auth/logout", null, App.Bearer(token))).IsOk();
        (await app.GetAsync("/guarded", App.Bearer(token))).IsProblem(401, "invalid_token");
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task A_logout_carries_no_token_however_often_the_caller_was_asked_for(string order)
    {
        await using var app = await App.EmbedAsync(StoreKind.Sqlite, Host.Nothing, Pipelines[order]);
        var token = await (await app.JoinAsync()).TakeTokenAsync();

        var answer = await app.PostAsync("/api/auth/logout", null, App.Bearer(token));

        answer.IsOk();
        Assert.Null(answer.Header("GN-Access-Token"));
    }

    [Fact]
    public async Task Our_own_endpoints_stay_open_under_a_fallback_policy()
    {
        await using var app = await App.EmbedAsync(
            StoreKind.Sqlite,
            builder => builder.Services.AddAuthorizationBuilder()
                .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()),
            Host.Map);

        var person = await app.JoinAsync();

        (await app.GetAsync("/open")).IsProblem(401, "unauthenticated");
        (await person.GetAsync("/open")).IsOk();
        (await app.GetAsync("/auth/login")).IsOk();
    }

    [Fact]
    public async Task The_applications_own_home_and_health_win()
    {
        await using var app = await App.EmbedAsync(StoreKind.Sqlite, Host.Nothing, own =>
        {
            own.MapGatehouse();
            own.MapGet("/", () => "mine");
            own.MapGet("/healthz", () => "mine too");
        });

        Assert.Equal("mine", (await app.GetAsync("/")).Body);
        Assert.Equal("mine too", (await app.GetAsync("/healthz")).Body);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/readyz")).Status);
    }

    [Fact]
    public async Task Another_default_scheme_stays_the_default_and_ours_is_there_by_name()
    {
        await using var app = await App.EmbedAsync(
            StoreKind.Sqlite,
            builder => builder.Services.AddAuthentication("Other").AddScheme<AuthenticationSchemeOptions, Other>("Other", null),
            own =>
            {
                Host.Map(own);
                own.MapGet("/ours", (HttpContext http) => http.User.Identity!.Name!).RequireAuthorization(
                    new AuthorizeAttribute { AuthenticationSchemes = GatehouseDefaults.AuthenticationScheme });
            });
        var person = await app.JoinAsync();

        Assert.Equal("Hello, guest.", (await person.GetAsync("/open")).Body);
        Assert.Equal("Hello, Robot.", (await person.GetAsync("/open", ("X-Robot", "1"))).Body);
        Assert.Equal("Alice", (await person.GetAsync("/ours")).Body);
        (await app.GetAsync("/ours", ("X-Robot", "1"))).IsProblem(401, "unauthenticated");
        (await app.GetAsync("/ours", App.Bearer("x"))).IsProblem(401, "invalid_token");
    }

    [Fact]
    public async Task A_convention_holds_for_all_of_our_endpoints_and_no_other()
    {
        await using var app = await App.EmbedAsync(StoreKind.Sqlite, Host.Nothing, own =>
        {
            own.MapGatehouse().RequireHost("auth.example.com");
            Host.MapOwn(own);
        });

        Assert.Equal(HttpStatusCode.NotFound, (await app.GetAsync("/healthz")).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/healthz", ("Host", "auth.example.com"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/open")).Status);
    }

    [Fact]
    public async Task Allowed_origins_may_read_our_answers_and_not_the_applications()
    {
        await using var app = await App.EmbedAsync(
            StoreKind.Sqlite, Host.Nothing, Host.Map, ("AllowedOrigins:0", "https://app.example.com"));

        var ours = await app.GetAsync("/api/auth/info", ("Origin", "https://app.example.com"));
        var own = await app.GetAsync("/open", ("Origin", "https://app.example.com"));

        Assert.Equal("https://app.example.com", ours.Header("Access-Control-Allow-Origin"));
        Assert.Null(own.Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("Microsoft.AspNetCore", false)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", true)]
    public async Task Paths_are_logged_only_where_the_application_asks_for_that_very_log(string? category, bool logged)
    {
        await using var app = await App.EmbedAsync(
            StoreKind.Sqlite,
            builder =>
            {
                if (category is not null)
                    builder.Configuration[$"Logging:LogLevel:{category}"] = "Information";
            },
            Host.Map);

        await app.GetAsync("/auth/passwd/a-secret-in-a-path");

        Assert.Equal(logged, app.Logs.Text.Contains(" Microsoft.AspNetCore.Hosting.Diagnostics ", StringComparison.Ordinal));
    }

    /// <summary>The standalone server guards nothing but itself, so nothing asks about each request.</summary>
    [Fact]
    public async Task The_server_itself_has_no_scheme()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        Assert.Null(app.Services.GetService<IAuthenticationSchemeProvider>());
        Assert.Null(app.Services.GetService<IAuthorizationHandlerProvider>());
    }

    private sealed class Other(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers.ContainsKey("X-Robot")
                ? AuthenticateResult.Success(new AuthenticationTicket(
                    new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.Name, "Robot")], Scheme.Name)), Scheme.Name))
                : AuthenticateResult.NoResult());
    }
}
