using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>An app with a front end on another origin.</summary>
public sealed class AppWithFrontEnd : SharedOnSqlite
{
    internal const string FrontEnd = "https://app.example.com";

    private protected override (string Key, string Value)[] Settings => [("AllowedOrigins:0", FrontEnd)];
}

/// <summary>Forged requests are judged in the contract's order, whatever the method is called.</summary>
public sealed class CrossOriginTests(AppWithFrontEnd shared) : IClassFixture<AppWithFrontEnd>
{
    private const string Ours = "http://localhost:8080";
    private const string Theirs = "https://evil.example";

    private App App => shared.App;

    /// <summary>Origin, Sec-Fetch-Site ("a|a": sent twice, null: not sent), and whether the request may pass.</summary>
    public static TheoryData<string?, string?, bool> Judgements => new()
    {
        // An allowed origin passes, whatever the other header says.
        { AppWithFrontEnd.FrontEnd, null, true },
        { AppWithFrontEnd.FrontEnd, "cross-site", true },
        { AppWithFrontEnd.FrontEnd, "same-site", true },
        // Then Sec-Fetch-Site decides, whatever Origin says.
        { Ours, "same-origin", true },
        { Theirs, "same-origin", true },
        { null, "same-origin", true },
        { null, "none", true },
        { Ours, "cross-site", false },
        { Ours, "same-site", false },
        { null, "cross-site", false },
        { null, "same-site", false },
        { null, "", false },
        { null, "SAME-ORIGIN", false },
        { null, "same-origin, none", false },
        { null, "same-origin|same-origin", false },
        { Ours, "same-origin|cross-site", false },
        // Then Origin must be ours, to the letter.
        { Ours, null, true },
        { Theirs, null, false },
        { "null", null, false },
        { "", null, false },
        { "http://LOCALHOST:8080", null, false },
        { "http://localhost:8080/", null, false },
        { "http://localhost", null, false },
        { "https://localhost:8080", null, false },
        { "http://localhost:8080.evil.example", null, false },
        { "http://localhost:8080 http://localhost:8080", null, false },
        { Ours + "|" + Ours, null, false },
        { Ours + "|" + Theirs, null, false },
        { AppWithFrontEnd.FrontEnd + "|" + AppWithFrontEnd.FrontEnd, null, false },
        { "https://app.example.com.evil.example", null, false },
        { "https://APP.example.com", null, false },
        { "http://app.example.com", null, false },
        // Neither: not a browser.
        { null, null, true },
    };

    [Theory]
    [Meets("GH-SEC-085", "GH-SEC-086", "GH-SEC-087")]
    [MemberData(nameof(Judgements))]
    public async Task The_contract_s_order_decides(string? origin, string? site, bool passes)
    {
        foreach (var (method, path, served) in Calls)
        {
            var answer = await SendAsync(method, path, [.. Headers("Origin", origin), .. Headers("Sec-Fetch-Site", site)]);
            AssertJudged(answer, passes, served);
        }
    }

    [Theory]
    [Meets("GH-SEC-090")]
    [InlineData("post")]
    [InlineData("pOsT")]
    [InlineData("Patch")]
    [InlineData("dElEtE")]
    [InlineData("POST")]
    public async Task An_oddly_spelt_method_is_as_unsafe_as_its_twin(string method)
    {
        var path = method.Equals("post", StringComparison.OrdinalIgnoreCase) ? "/api/auth/login" : "/api/auth/session";

        var answer = await SendAsync(method, path, [$"Origin: {Theirs}"]);

        AssertRefused(answer);
    }

    [Theory]
    [Meets("GH-SEC-090")]
    [InlineData("FOO")]
    [InlineData("GETX")]
    [InlineData("TRACE")]
    public async Task An_unknown_method_reaches_nothing(string method)
    {
        var answer = await SendAsync(method, "/api/auth/logout", [$"Origin: {Theirs}"]);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Empty(answer.SetCookies);
    }

    [Fact]
    [Meets("GH-SEC-092")]
    public async Task Method_override_is_not_a_thing()
    {
        var person = await App.JoinAsync("override@example.com");

        var answer = await person.GetAsync("/api/auth/session?_method=DELETE", ("X-HTTP-Method-Override", "DELETE"));

        answer.IsOk();
        (await person.GetAsync("/api/auth/session")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-088", "GH-SEC-096", "GH-SEC-208")]
    public async Task What_is_refused_has_not_happened()
    {
        var person = await App.JoinAsync("forged@example.com");
        var (header, grant) = await person.OpenAsync();
        string[] evil = [$"Origin: {Theirs}", $"Cookie: gatehouse={person.Cookie}", $"{header}: {grant}"];
        var sessions = await App.Store.CountAsync("sessions");
        var accounts = await App.Store.CountAsync("accounts");

        AssertRefused(await SendAsync("DELETE", "/api/auth/session", evil));
        AssertRefused(await SendAsync("POST", "/api/auth/logout", evil));
        AssertRefused(await SendAsync("PATCH", "/api/auth/session", evil, """{"user_id":null}"""));
        AssertRefused(await SendAsync("POST", "/api/auth/token", evil));
        AssertRefused(await SendAsync("POST", "/api/auth/users", evil, App.Json(("name", "Eve"), ("password", App.Password))));
        AssertRefused(await SendAsync("POST", "/api/auth/login", evil, App.Json(("email", person.Email), ("password", App.Password))));
        AssertRefused(await SendAsync("POST", "/api/auth/signup", evil, App.Json(("email", "victim@example.com"), ("password", App.Password))));
        AssertRefused(await SendAsync("POST", "/api/auth/passwd", evil, App.Json(("email", person.Email))));
        AssertRefused(await SendAsync("POST", "/api/auth/account/open", evil, App.Json(("password", App.Password))));
        AssertRefused(await SendAsync("POST", "/api/auth/account/password", evil, App.Json(("password", "chosen by a stranger"))));
        AssertRefused(await SendAsync("POST", "/api/auth/account/email", evil, App.Json(("email", "mallory@example.com"))));
        AssertRefused(await SendAsync("DELETE", "/api/auth/account/sessions", evil));
        AssertRefused(await SendAsync("DELETE", "/api/auth/account", evil));

        Assert.Equal(sessions, await App.Store.CountAsync("sessions"));
        Assert.Equal(accounts, await App.Store.CountAsync("accounts"));
        Assert.Single(await App.MailsAsync(person.Email));
        var session = await person.GetAsync("/api/auth/session");
        Assert.Equal(person.UserId, session.Json.GetProperty("user").GetProperty("id").GetString());
    }

    [Fact]
    [Meets("GH-SEC-093")]
    public async Task A_bearer_token_needs_no_proof_of_origin()
    {
        var person = await App.JoinAsync("bearer@example.com");
        var token = await person.TakeTokenAsync();

        var answer = await SendAsync("PATCH", "/api/auth/session",
            [$"Origin: {Theirs}", "Sec-Fetch-Site: cross-site", $"Authorization: Bearer {token}"], """{"user_id":null}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Theory]
    [Meets("GH-SEC-093")]
    [InlineData("Bearer x", 401)]
    [InlineData("bearer x", 401)]
    [InlineData("Bearer", 403)]
    [InlineData("Bearerx y", 403)]
    [InlineData("Basic YTpi", 403)]
    public async Task Only_a_bearer_takes_the_place_of_an_origin_and_never_the_cookie_s(string authorization, int status)
    {
        var person = await App.JoinAsync($"mixed{Guid.CreateVersion7():N}@example.com");

        var answer = await SendAsync("PATCH", "/api/auth/session",
            [$"Origin: {Theirs}", $"Cookie: gatehouse={person.Cookie}", $"Authorization: {authorization}"], """{"user_id":null}""");

        Assert.Equal(status, (int)answer.Status);
    }

    [Fact]
    public async Task Reset_is_the_one_call_that_anybody_may_cause()
    {
        var answer = await SendAsync("POST", "/api/auth/reset", [$"Origin: {Theirs}", "Sec-Fetch-Site: cross-site"]);

        answer.IsOk();
        Assert.Equal("", answer.Cookie("gatehouse"));
    }

    [Theory]
    [InlineData("GET", "/api/auth/info")]
    [InlineData("GET", "/healthz")]
    [InlineData("get", "/healthz")]
    public async Task Reading_is_nobody_s_attack(string method, string path)
    {
        var answer = await SendAsync(method, path, [$"Origin: {Theirs}", "Sec-Fetch-Site: cross-site"]);

        answer.IsOk();
    }

    private static (string Method, string Path, int Served)[] Calls =>
    [
        ("POST", "/api/auth/login", 400), // {} without a session
        ("PATCH", "/api/auth/session", 401),
        ("DELETE", "/api/auth/session", 200),
    ];

    private static IEnumerable<string> Headers(string name, string? values) =>
        values?.Split('|').Select(value => $"{name}: {value}") ?? [];

    private async Task<Answer> SendAsync(string method, string path, string[] headers, string json = "{}") =>
        await RawHttp.SendAsync(App.Address, method, path, json, headers)
            ?? throw new InvalidOperationException("The server hung up.");

    private static void AssertJudged(Answer answer, bool passes, int served)
    {
        if (passes)
            Assert.Equal(served, (int)answer.Status);
        else
            AssertRefused(answer);
    }

    private static void AssertRefused(Answer answer)
    {
        answer.IsProblem(403, "cross_origin");
        Assert.Empty(answer.SetCookies);
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }
}
