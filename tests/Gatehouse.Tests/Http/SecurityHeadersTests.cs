using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>Every answer, good or bad, carries the same protection and tells nothing of the program behind it.</summary>
public sealed class SecurityHeadersTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    private const string Hsts = "Strict-Transport-Security";

    [Theory]
    [Meets("GH-SEC-224", "GH-SEC-226", "GH-SEC-250")]
    [InlineData("GET", "/healthz", null, 200)]
    [InlineData("HEAD", "/healthz", null, 200)]
    [InlineData("HEAD", "/readyz", null, 200)]
    [InlineData("GET", "/api/auth/info", null, 200)]
    [InlineData("GET", "/.well-known/jwks.json", null, 200)]
    [InlineData("GET", "/openapi/v1.json", null, 200)]
    [InlineData("GET", "/api/auth/session", null, 401)]
    [InlineData("GET", "/api/auth/mail/verify/x", null, 410)]
    [InlineData("POST", "/api/auth/login", "{", 400)]
    [InlineData("POST", "/api/auth/login", null, 415)]
    [InlineData("POST", "/api/auth/signup", """{"email":"x","password":"y"}""", 422)]
    [InlineData("GET", "/nowhere", null, 404)]
    [InlineData("GET", "/api/auth/", null, 404)]
    [InlineData("PUT", "/api/auth/login", "{}", 405)]
    [InlineData("GET", "/api/auth/login", null, 405)]
    [InlineData("HEAD", "/api/auth/session", null, 405)]
    public async Task Every_answer_is_guarded(string method, string path, string? json, int status)
    {
        var answer = await shared.App.SendAsync(new HttpMethod(method), path, json, ("Accept-Encoding", "gzip, br, deflate"));

        Assert.Equal(status, (int)answer.Status);
        AssertGuarded(answer);
        Assert.Null(answer.Header(Hsts));
        if (status >= 400 && method != "HEAD")
            Assert.NotNull(answer.Code);
    }

    [Theory]
    [Meets("GH-SEC-228")]
    [InlineData("TRACE")]
    [InlineData("CONNECT")]
    [InlineData("PROPFIND")]
    [InlineData("PUT")]
    [InlineData("FOO")]
    public async Task A_method_that_nobody_asked_for_is_refused(string method)
    {
        foreach (var path in (string[])["/api/auth/session", "/healthz", "/api/auth/info", "/auth/login", "/", "/nowhere"])
        {
            var answer = await RawHttp.SendAsync(shared.App.Address, method, path, null, "X-Canary: reflected");

            Assert.NotNull(answer);
            Assert.True(
                answer.Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.BadRequest
                    || (path == "/nowhere" && answer.Status == HttpStatusCode.NotFound),
                $"{method} {path}: {answer.Status}");
            Assert.DoesNotContain("reflected", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(method, answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_405_names_what_is_allowed()
    {
        var answer = await shared.App.SendAsync(HttpMethod.Put, "/api/auth/session", "{}");

        answer.IsProblem(405, "method_not_allowed");
        var allowed = answer.Headers["Allow"].SelectMany(line => line.Split(", ")).Order(StringComparer.Ordinal);
        Assert.Equal("DELETE GET PATCH", string.Join(' ', allowed));
    }

    [Fact]
    [Meets("GH-SEC-222")]
    public async Task Https_is_remembered_where_the_proxy_says_so()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("KnownProxies:0", "127.0.0.1"));

        var secure = await app.GetAsync("/healthz", ("X-Forwarded-Proto", "https"));
        var plain = await app.GetAsync("/healthz");
        var missing = await app.GetAsync("/nowhere", ("X-Forwarded-Proto", "https"));

        Assert.Equal("max-age=31536000; includeSubDomains", secure.Header(Hsts));
        Assert.Equal("max-age=31536000; includeSubDomains", missing.Header(Hsts));
        Assert.Null(plain.Header(Hsts));
    }

    [Theory]
    [Meets("GH-SEC-082")]
    [InlineData("/api/auth/session")]
    [InlineData("/api/auth/info")]
    [InlineData("/account")]
    [InlineData("/api/auth/mail/verify/x")]
    [InlineData("/nowhere")]
    public async Task Nothing_about_a_caller_is_cached(string path) =>
        Assert.Equal("no-store", (await shared.App.GetAsync(path)).Header("Cache-Control"));

    [Fact]
    public async Task Problems_are_complete()
    {
        var answer = await shared.App.GetAsync("/api/auth/session");

        Assert.Equal("application/problem+json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
        Assert.Equal("type title status detail code name id",
            string.Join(' ', answer.Json.EnumerateObject().Select(member => member.Name)));
        Assert.Equal((401, "lderror", 1000), (answer.Json.GetProperty("status").GetInt32(),
            answer.Json.GetProperty("name").GetString(), answer.Json.GetProperty("id").GetInt32()));
        Assert.EndsWith("unauthenticated", answer.Json.GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    internal static void AssertGuarded(Answer answer)
    {
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
        Assert.Equal("same-origin", answer.Header("Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", answer.Header("Cross-Origin-Resource-Policy"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Header("Content-Security-Policy"));
        if (answer.Body.Length > 0)
            Assert.EndsWith("charset=utf-8", answer.Header("Content-Type"), StringComparison.OrdinalIgnoreCase);
        Assert.Null(answer.Header("Content-Encoding")); // length would tell of what stands beside a secret
        Assert.Null(answer.Header("Server"));
        Assert.Null(answer.Header("X-Powered-By"));
    }
}
