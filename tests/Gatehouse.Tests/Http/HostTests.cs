using System.Net;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gatehouse.Tests.Http;

/// <summary>Which names we answer to, and whose word counts on where a request came from.</summary>
public sealed class HostTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    private App App => shared.App;

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8080")]
    [InlineData("localhost:1")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::1]:8080")]
    public async Task This_machine_s_own_names_are_served_in_development(string host) =>
        Assert.Equal(HttpStatusCode.OK, (await AskAsync($"Host: {host}")).Status);

    [Theory]
    [Meets("GH-SEC-246")]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("localhost@evil.example")]
    [InlineData("127.0.0.2")]
    [InlineData("0.0.0.0")]
    [InlineData("2130706433")]
    [InlineData("localhost:80:80")]
    [InlineData("")]
    [InlineData(" ")]
    public async Task Another_host_is_refused(string host)
    {
        var answer = await AskAsync($"Host: {host}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.DoesNotContain("evil", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_host_is_told_so_as_a_problem()
    {
        var answer = await AskAsync("Host: evil.example");

        answer.IsProblem(400, "bad_request");
        SecurityHeadersTests.AssertGuarded(answer);
    }

    [Theory]
    [Meets("GH-SEC-246")]
    [InlineData("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.0\r\n\r\n")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData("GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")]
    [InlineData("GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    public async Task A_missing_or_doubled_or_contradicting_host_is_refused(string request) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await RawHttp.SendAsync(App.Address, request))!.Status);

    [Fact]
    public async Task The_public_host_is_served()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("PublicUrl", "https://auth.example.com"));

        var answer = await RawHttp.SendAsync(app.Address, "GET /healthz HTTP/1.1\r\nHost: auth.example.com\r\nConnection: close\r\n\r\n");

        Assert.Equal(HttpStatusCode.OK, answer!.Status);
    }

    [Fact]
    [Meets("GH-SEC-136")]
    public async Task No_header_decides_where_a_mailed_link_leads()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("KnownProxies:0", "127.0.0.1"));
        (string, string)[] evil =
        [
            ("X-Forwarded-Host", "evil.example"), ("X-Original-Host", "evil.example"), ("X-Forwarded-Server", "evil.example"),
            ("Forwarded", "host=evil.example;proto=https"), ("X-Forwarded-Prefix", "/evil.example"), ("X-Forwarded-Proto", "https"),
            ("Origin", "http://localhost:8080"), ("Referer", "https://evil.example/"), ("Host", "127.0.0.1"),
        ];

        (await app.PostAsync("/api/auth/signup", App.Json(("email", "link@example.com"), ("password", App.Password)), evil)).IsOk();

        var mail = await app.MailAsync("link@example.com");
        Assert.StartsWith("http://localhost:8080/auth/mail/verify/", Assert.Single(mail.Links), StringComparison.Ordinal);
        Assert.DoesNotContain("evil", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-044")]
    public async Task Without_known_proxies_forwarded_headers_are_nothing()
    {
        var answer = await App.GetAsync("/api/auth/info", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"));

        Assert.Equal("127.0.0.1", answer.Json.GetProperty("ip").GetString());
        Assert.Null(answer.Header("Strict-Transport-Security"));
    }

    [Fact]
    [Meets("GH-SEC-044")]
    public void Without_known_proxies_no_switch_of_the_framework_makes_them_count()
    {
        var options = App.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value;

        Assert.Equal(ForwardedHeaders.None, options.ForwardedHeaders);
    }

    [Fact]
    [Meets("GH-SEC-044", "GH-SEC-248")]
    public async Task Behind_known_proxies_the_right_most_other_hop_is_the_client()
    {
        await using var app = await App.StartAsync(
            StoreKind.Sqlite, ("KnownProxies:0", "127.0.0.1"), ("KnownProxies:1", "10.0.0.0/8"));

        foreach (var (forwarded, ip) in ((string, string)[])
        [
            ("203.0.113.9", "203.0.113.9"), ("198.51.100.1, 203.0.113.9", "203.0.113.9"), ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"), ("2001:db8::1", "2001:db8::1"), ("", "127.0.0.1"),
            ("::ffff:203.0.113.9", "203.0.113.9"), ("nonsense", "127.0.0.1"),
        ])
        {
            var answer = await app.GetAsync("/api/auth/info", ("X-Forwarded-For", forwarded), ("X_Forwarded_For", "192.0.2.66"));
            Assert.True(answer.Json.GetProperty("ip").GetString() == ip, $"{forwarded}: {answer.Body}");
        }
    }

    private async Task<Answer> AskAsync(string host) =>
        await RawHttp.SendAsync(App.Address, $"GET /healthz HTTP/1.1\r\n{host}\r\nConnection: close\r\n\r\n")
            ?? throw new InvalidOperationException("The server hung up.");
}
