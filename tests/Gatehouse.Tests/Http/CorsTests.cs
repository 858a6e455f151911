using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>What a page on another origin may read: only the listed ones, and never by reflection.</summary>
public sealed class CorsTests(AppWithFrontEnd shared) : IClassFixture<AppWithFrontEnd>
{
    private App App => shared.App;

    [Theory]
    [Meets("GH-SEC-094")]
    [InlineData("POST", "/api/auth/login")]
    [InlineData("PATCH", "/api/auth/session")]
    [InlineData("DELETE", "/api/auth/users/x")]
    [InlineData("GET", "/api/auth/info")]
    public async Task A_listed_origin_may_ask(string method, string path)
    {
        var answer = await PreflightAsync(path, method, AppWithFrontEnd.FrontEnd);

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Equal(AppWithFrontEnd.FrontEnd, answer.Header("Access-Control-Allow-Origin"));
        Assert.Contains(method, answer.Header("Access-Control-Allow-Methods")!, StringComparison.Ordinal);
        Assert.Contains("Authorization", answer.Header("Access-Control-Allow-Headers")!, StringComparison.Ordinal);
    }

    [Theory]
    [Meets("GH-SEC-094")]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("https://app.example.com.evil.example")]
    [InlineData("https://sub.app.example.com")]
    [InlineData("http://app.example.com")]
    [InlineData("https://app.example.com:8443")]
    public async Task Another_origin_is_told_nothing(string origin)
    {
        var preflight = await PreflightAsync("/api/auth/login", "POST", origin);
        var reading = await App.GetAsync("/api/auth/info", ("Origin", origin));

        foreach (var answer in (Answer[])[preflight, reading])
        {
            Assert.Null(answer.Header("Access-Control-Allow-Origin"));
            Assert.DoesNotContain(answer.Headers, header => header.Value.Any(value => value == "*"));
        }
    }

    [Fact]
    [Meets("GH-SEC-118")]
    public async Task The_new_token_and_the_wait_are_exposed()
    {
        var answer = await App.GetAsync("/api/auth/info", ("Origin", AppWithFrontEnd.FrontEnd));

        var exposed = answer.Headers["Access-Control-Expose-Headers"];
        Assert.Equal("GN-Access-Token,Retry-After", string.Join(',', exposed));
        Assert.Equal(AppWithFrontEnd.FrontEnd, answer.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_listed_page_can_read_our_refusals()
    {
        var answer = await App.PostAsync("/api/auth/login", "{", ("Origin", AppWithFrontEnd.FrontEnd));

        answer.IsProblem(400, "bad_request");
        Assert.Equal(AppWithFrontEnd.FrontEnd, answer.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    [Meets("GH-SEC-094")]
    public async Task Without_a_list_there_is_no_cors()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        var answer = await app.SendAsync(HttpMethod.Options, "/api/auth/login", null,
            ("Origin", AppWithFrontEnd.FrontEnd), ("Access-Control-Request-Method", "POST"));

        Assert.DoesNotContain(answer.Headers.Keys, name => name.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    private Task<Answer> PreflightAsync(string path, string method, string origin) => App.SendAsync(
        HttpMethod.Options, path, null,
        ("Origin", origin), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "authorization,content-type"));
}
