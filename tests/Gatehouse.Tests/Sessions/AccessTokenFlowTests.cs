using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Sessions;

public sealed class AccessTokenFlowOnSqlite(SharedOnSqlite shared)
    : AccessTokenFlowTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class AccessTokenFlowOnPostgres(SharedOnPostgres shared)
    : AccessTokenFlowTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class AccessTokenFlowTests(SharedApp shared)
{
    private const string Header = "GN-Access-Token";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-109")]
    public async Task An_api_client_gets_a_token_and_no_cookie()
    {
        var alice = await app.JoinAsync(email);

        var login = await app.PostAsync("/account/login", App.Json(("email", email), ("password", App.Password)));

        Assert.Equal(HttpStatusCode.OK, login.Status);
        Assert.Empty(login.SetCookies);
        Assert.Equal("no-store", login.Header("Cache-Control"));
        var claims = Claims(login.Header(Header)!);
        Assert.Equal(alice.AccountId, claims.GetProperty("sub").GetString());
        Assert.Equal(alice.UserId, claims.GetProperty("user_id").GetString());
        Assert.Equal(login.Text("session", "id"), claims.GetProperty("sid").GetString());
        Assert.Equal(3600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        (await app.PostAsync("/account/login", App.Json(("email", email), ("password", "a wrong password"))))
            .IsProblem(401, "invalid_credentials");
    }

    [Fact]
    [Meets("GH-SEC-082", "GH-SEC-117", "GH-SEC-118")]
    public async Task A_token_opens_every_protected_call_and_is_carried_by_every_success()
    {
        var alice = await app.JoinAsync(email);
        var token = await alice.TakeTokenAsync();
        (HttpMethod Method, string Path, string? Body)[] calls =
        [
            (HttpMethod.Get, "/api/auth/session", null),
            (HttpMethod.Patch, "/api/auth/session", """{"user_id":null}"""),
            (HttpMethod.Get, "/api/auth/info", null), (HttpMethod.Get, "/api/auth/check", null),
            (HttpMethod.Post, "/api/auth/login", "{}"), (HttpMethod.Get, "/account", null),
            (HttpMethod.Get, "/api/auth/users", null), (HttpMethod.Post, "/api/auth/token", null),
            (HttpMethod.Post, "/api/auth/users", App.Json(("name", "Bob"), ("password", App.Password))),
            (HttpMethod.Patch, $"/api/auth/users/{alice.UserId}", """{"name":"Al"}"""),
            (HttpMethod.Delete, $"/api/auth/users/{alice.UserId}", App.Json(("password", App.Password))),
        ];

        foreach (var (method, path, body) in calls)
        {
            var answer = await app.SendAsync(method, path, body, App.Bearer(token));
            answer.IsOk();
            Assert.True(answer.Header(Header) is not null, $"{method} {path}");
            Assert.Equal("no-store", answer.Header("Cache-Control"));
            var forged = await app.SendAsync(method, path, body, App.Bearer(token[..^4] + "AAAA"));
            forged.IsProblem(401, "invalid_token");
        }
        var refused = await app.SendAsync(HttpMethod.Delete, "/api/auth/users/nobody", "{}", App.Bearer(token));
        Assert.Null(refused.Header(Header));
    }

    [Fact]
    [Meets("GH-SEC-117", "GH-SEC-119")]
    public async Task A_young_token_comes_back_and_an_older_one_is_renewed()
    {
        var alice = await app.JoinAsync(email);
        var token = await alice.TakeTokenAsync();

        app.Clock.Advance(TimeSpan.FromMinutes(1) - Second);
        var young = (await app.GetAsync("/account", App.Bearer(token))).Header(Header);
        app.Clock.Advance(Second);
        var renewed = (await app.GetAsync("/account", App.Bearer(token))).Header(Header)!;
        var again = (await app.GetAsync("/account", App.Bearer(token))).Header(Header);

        Assert.Equal(token, young);
        Assert.Equal(renewed, again);
        Assert.Equal(60, Claims(renewed).GetProperty("exp").GetInt64() - Claims(token).GetProperty("exp").GetInt64());
        Assert.Equal(Claims(token).GetProperty("sid").GetString(), Claims(renewed).GetProperty("sid").GetString());
        Assert.Equal(
            Claims(token).GetProperty("auth_time").GetInt64(), Claims(renewed).GetProperty("auth_time").GetInt64());
    }

    [Fact]
    [Meets("GH-SEC-119", "GH-SEC-271")]
    public async Task Renewals_at_once_give_siblings_of_one_session_and_leaving_ends_them_all()
    {
        var token = await (await app.JoinAsync(email)).TakeTokenAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(2));

        var answers = await App.AtOnceAsync(16, _ => app.GetAsync("/account", App.Bearer(token)));

        string[] renewed = [.. answers.Select(answer => answer.Header(Header)!).Distinct(StringComparer.Ordinal)];
        foreach (var sibling in renewed)
        {
            Assert.NotEqual(token, sibling, StringComparer.Ordinal);
            Assert.Equal(Claims(token).GetProperty("sid").GetString(), Claims(sibling).GetProperty("sid").GetString());
            (await app.GetAsync("/account", App.Bearer(sibling))).IsOk();
        }
        (await app.PostAsync("/api/auth/logout", null, App.Bearer(renewed[0]))).IsOk();
        foreach (var sibling in (string[])[token, .. renewed])
            (await app.GetAsync("/account", App.Bearer(sibling))).IsProblem(401, "invalid_token");
    }

    [Fact]
    [Meets("GH-SEC-108", "GH-SEC-115")]
    public async Task A_token_ends_exactly_at_its_expiry()
    {
        var token = await (await app.JoinAsync(email)).TakeTokenAsync();

        app.Clock.Advance(TimeSpan.FromHours(1) - Second);
        (await app.GetAsync("/account", App.Bearer(token))).IsOk();
        app.Clock.Advance(Second);
        var ended = await app.GetAsync("/account", App.Bearer(token));

        ended.IsProblem(401, "invalid_token");
        Assert.Equal("Bearer error=\"invalid_token\"", ended.Header("WWW-Authenticate"));
        Assert.Null(ended.Header(Header));
    }

    [Fact]
    [Meets("GH-SEC-116")]
    public async Task Renewal_never_goes_beyond_the_sessions_own_end()
    {
        await using var brief = await App.StartAsync(shared.Kind, ("Sessions:MaxAge", "01:30:00"));
        var token = await (await brief.JoinAsync(email)).TakeTokenAsync();
        var end = brief.Clock.GetUtcNow().AddMinutes(90).ToUnixTimeSeconds();
        for (var minutes = 0; minutes < 80; minutes += 10)
        {
            brief.Clock.Advance(TimeSpan.FromMinutes(10));
            token = (await brief.GetAsync("/account", App.Bearer(token))).Header(Header)!;
        }

        Assert.Equal(end, Claims(token).GetProperty("exp").GetInt64());
        brief.Clock.Advance(TimeSpan.FromMinutes(10));
        (await brief.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
    }

    [Fact]
    public async Task The_answer_to_a_selection_carries_the_selected_user()
    {
        var alice = await app.JoinAsync(email);
        var token = await alice.TakeTokenAsync();

        var left = await app.SendAsync(
            HttpMethod.Patch, "/api/auth/session", """{"user_id":null}""", App.Bearer(token));
        var next = await app.GetAsync("/account", App.Bearer(left.Header(Header)!));
        var selected = await app.SendAsync(
            HttpMethod.Patch, "/api/auth/session", App.Json(("user_id", alice.UserId)), App.Bearer(token));

        Assert.False(Claims(left.Header(Header)!).TryGetProperty("user_id", out _));
        Assert.False(Claims(next.Header(Header)!).TryGetProperty("user_id", out _));
        Assert.Equal(alice.UserId, Claims(selected.Header(Header)!).GetProperty("user_id").GetString());
    }

    [Fact]
    public async Task A_login_beside_a_token_ends_its_session_and_answers_the_new_ones_token()
    {
        var alice = await app.JoinAsync(email);
        var token = await alice.TakeTokenAsync();

        var login = await app.LogInAsync(email, headers: App.Bearer(token));

        var fresh = login.Header(Header)!;
        Assert.Equal(login.Text("session", "id"), Claims(fresh).GetProperty("sid").GetString());
        (await app.GetAsync("/account", App.Bearer(fresh))).IsOk();
        (await app.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
    }

    [Fact]
    [Meets("GH-SEC-093")]
    public async Task A_bad_token_is_refused_even_beside_a_good_cookie()
    {
        var alice = await app.JoinAsync(email);
        var token = await alice.TakeTokenAsync();

        foreach (var bad in (string[])["Bearer", "Bearer ", "Bearer x", "bearer " + token + ".", "Bearer  " + token])
        {
            var answer = await alice.GetAsync("/api/auth/session", ("Authorization", bad));
            answer.IsProblem(401, "invalid_token");
            Assert.Null(answer.Cookie("gatehouse")); // the cookie is not at fault
        }
        (await alice.GetAsync("/api/auth/session", ("Authorization", "bearer " + token))).IsOk();
        (await alice.GetAsync("/api/auth/session")).IsOk();
    }

    [Fact]
    public async Task Leaving_by_token_ends_that_session_alone_and_sends_no_token()
    {
        var alice = await app.JoinAsync(email);
        var token = await alice.TakeTokenAsync();

        var left = await alice.PostAsync("/api/auth/logout", null, App.Bearer(token));

        left.IsOk();
        Assert.Null(left.Header(Header));
        (await app.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
        (await alice.GetAsync("/api/auth/session")).IsOk();
    }

    [Fact]
    public async Task A_cookies_session_gives_a_token_that_ends_with_it()
    {
        var alice = await app.JoinAsync(email);
        var given = await alice.PostAsync("/api/auth/token", null);
        var token = given.Header(Header)!;

        Assert.Equal("{}", given.Body);
        Assert.Equal(alice.SessionId, Claims(token).GetProperty("sid").GetString());
        (await app.GetAsync("/account", App.Bearer(token))).IsOk();
        await app.Store.AskAsync($"DELETE FROM sessions WHERE id = '{alice.SessionId}'");
        app.Clock.Advance(Second);
        (await app.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
        (await app.PostAsync("/api/auth/token", null)).IsProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task The_account_tells_identity_and_no_settings()
    {
        var alice = await app.JoinAsync(email);

        var byCookie = await alice.GetAsync("/account");
        var byToken = await app.GetAsync("/account", App.Bearer(await alice.TakeTokenAsync()));
        var guest = await app.GetAsync("/account");

        Assert.Equal(byCookie.Body, byToken.Body);
        Assert.Equal(
            ["id", "email", "username", "verified", "users"],
            byCookie.Json.EnumerateObject().Select(member => member.Name),
            StringComparer.Ordinal);
        guest.IsProblem(401, "unauthenticated");
        Assert.Equal("Bearer", guest.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Npms_jose_accepts_the_token_by_the_key_set_it_fetches()
    {
        var token = await (await app.JoinAsync(email)).TakeTokenAsync();
        var input = new JsonObject
        {
            ["url"] = new Uri(app.Address, "/.well-known/jwks.json").AbsoluteUri,
            ["token"] = token,
            ["options"] = new JsonObject
            {
                ["issuer"] = "http://localhost:8080",
                ["audience"] = "http://localhost:8080",
                ["typ"] = "at+jwt",
                ["algorithms"] = new JsonArray("RS256"),
                ["now"] = app.Clock.GetUtcNow().ToUnixTimeSeconds(),
            },
        };

        var answer = JsonNode.Parse(await Node.RunAsync("jose.mjs", input.ToJsonString(), "verifyRemote"))!;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Claims(token).GetRawText()), answer["claims"]));
    }

    private static JsonElement Claims(string token) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;
}
