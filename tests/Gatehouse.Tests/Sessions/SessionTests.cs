using System.Net;
using System.Text.Json;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Sessions;

public sealed class SessionOnSqlite(SharedOnSqlite shared) : SessionTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class SessionOnPostgres(SharedOnPostgres shared) : SessionTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class SessionTests(SharedApp shared)
{
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-024", "GH-SEC-084", "GH-SEC-205")]
    public async Task The_session_object_has_the_members_of_the_contract_and_no_secret()
    {
        var alice = await app.JoinAsync(email);

        var session = await alice.GetAsync("/api/auth/session");

        Assert.Equal(["session", "account", "user"], Members(session.Json));
        Assert.Equal(["id", "created_at", "expires_at"], Members(session.Json.GetProperty("session")));
        Assert.Equal(["id", "email", "username", "verified"], Members(session.Json.GetProperty("account")));
        Assert.Equal(["id", "name", "preferences"], Members(session.Json.GetProperty("user")));
        Assert.Equal("no-store", session.Header("Cache-Control"));
        Assert.Equal(
            app.Clock.GetUtcNow().AddDays(14),
            session.Json.GetProperty("session").GetProperty("expires_at").GetDateTimeOffset(),
            TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_user_is_selected_and_left_within_the_same_session()
    {
        var alice = await app.JoinAsync(email);
        var bob = await alice.PostAsync("/api/auth/users", App.Json(("name", "Bob"), ("password", App.Password)));

        var selected = await SelectAsync(alice, App.Quote(bob.Text("id")!));
        var left = await SelectAsync(alice, "null");

        Assert.Equal("Bob", selected.Text("user", "name"));
        Assert.Equal(alice.SessionId, selected.Text("session", "id"));
        Assert.Equal("null", left.Json.GetProperty("user").GetRawText());
        Assert.Equal("null", (await alice.GetAsync("/api/auth/session")).Json.GetProperty("user").GetRawText());
    }

    [Fact]
    [Meets("GH-SEC-075")]
    public async Task Another_accounts_user_is_not_there_to_be_selected()
    {
        var alice = await app.JoinAsync(email);
        var stranger = await app.JoinAsync(App.NewEmail());

        (await SelectAsync(alice, App.Quote(stranger.UserId))).IsProblem(404, "not_found");
        (await SelectAsync(alice, "\"nobody\"")).IsProblem(404, "not_found");
        (await SelectAsync(alice, "7")).IsProblem(400, "bad_request");
        (await alice.SendAsync(HttpMethod.Patch, "/api/auth/session", "{}")).IsProblem(400, "bad_request");
        (await app.SendAsync(HttpMethod.Patch, "/api/auth/session", """{"user_id":null}"""))
            .IsProblem(401, "unauthenticated");

        var session = await alice.GetAsync("/api/auth/session");
        Assert.Equal(alice.UserId, session.Text("user", "id"));
    }

    [Fact]
    [Meets("GH-SEC-075")]
    public async Task A_session_whose_user_is_deleted_keeps_the_account()
    {
        var alice = await app.JoinAsync(email);
        var bob = await alice.PostAsync("/api/auth/users", App.Json(("name", "Bob"), ("password", App.Password)));
        var phone = await alice.LogInAsync();
        (await SelectAsync(phone, App.Quote(bob.Text("id")!))).IsOk();

        (await alice.SendAsync(
            HttpMethod.Delete, $"/api/auth/users/{bob.Text("id")}", App.Json(("password", App.Password)))).IsOk();

        var session = await phone.GetAsync("/api/auth/session");
        Assert.Equal("null", session.Json.GetProperty("user").GetRawText());
        Assert.Equal(alice.AccountId, session.Text("account", "id"));
    }

    [Theory]
    [Meets("GH-SEC-070", "GH-SEC-071", "GH-SEC-111")]
    [InlineData("POST", "/api/auth/logout")]
    [InlineData("DELETE", "/api/auth/session")]
    [InlineData("POST", "/api/auth/reset")]
    public async Task Leaving_ends_the_cookie_and_the_tokens_of_the_session_and_no_other(string method, string path)
    {
        var alice = await app.JoinAsync(email);
        var phone = await alice.LogInAsync();
        var token = (await alice.PostAsync("/api/auth/token", null)).Header("GN-Access-Token")!;

        var left = await alice.SendAsync(new HttpMethod(method), path, null);

        Assert.Equal(HttpStatusCode.OK, left.Status);
        Assert.Equal("{}", left.Body);
        Assert.Equal("", left.Cookie("gatehouse"));
        if (path.EndsWith("reset", StringComparison.Ordinal))
            Assert.Equal("", left.Cookie("global")); // every cookie of ours is gone
        else
            Assert.Equal("{}", Global(left).GetProperty("user").GetRawText());
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await app.GetAsync("/api/auth/session", App.Bearer(token))).IsProblem(401, "invalid_token");
        (await phone.GetAsync("/api/auth/session")).IsOk();
        Assert.Equal(HttpStatusCode.OK, (await alice.SendAsync(new HttpMethod(method), path, null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.SendAsync(new HttpMethod(method), path, null)).Status);
        Assert.Equal(1, await app.Store.CountAsync($"sessions WHERE account_id = '{alice.AccountId}'"));
    }

    [Theory]
    [Meets("GH-SEC-062", "GH-SEC-071")]
    [InlineData("/api/auth/logout")]
    [InlineData("/api/auth/reset")]
    public async Task Two_cookies_are_no_session_but_whoever_leaves_with_both_leaves_both(string path)
    {
        var alice = await app.JoinAsync(email);
        var phone = await alice.LogInAsync();
        var tablet = await alice.LogInAsync();
        var both = ("Cookie", $"gatehouse={alice.Cookie}; gatehouse={phone.Cookie}");

        (await app.GetAsync("/api/auth/session", both)).IsProblem(401, "unauthenticated");
        (await app.PostAsync(path, null, both)).IsOk();

        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await phone.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await tablet.GetAsync("/api/auth/session")).IsOk();
        Assert.Equal(1, await app.Store.CountAsync($"sessions WHERE account_id = '{alice.AccountId}'"));
    }

    [Theory]
    [InlineData("/api/auth/reset")]
    [InlineData("/auth/reset")]
    public async Task A_reset_clears_every_cookie_of_ours(string path)
    {
        using var form = new FormUrlEncodedContent([]);

        using var response = await app.Http.PostAsync(path, form);

        var cleared = response.Headers.GetValues("Set-Cookie").Where(line => line.Contains("=; max-age=0; ", StringComparison.Ordinal));
        Assert.Equal("gatehouse gatehouse-device gatehouse-flow gatehouse-grant gatehouse-probe gatehouse-waiting global lng", string.Join(' ',
            cleared.Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_guest_is_told_the_same_global_in_answer_and_cookie_and_gets_no_session()
    {
        var info = await app.GetAsync("/api/auth/info");

        Assert.Equal(["user", "ip", "production", "version", "config"], Members(info.Json));
        Assert.Equal("{}", info.Json.GetProperty("user").GetRawText());
        Assert.Equal("open", info.Text("config", "signup"));
        Assert.Equal(14 * 24 * 3600, info.Json.GetProperty("config").GetProperty("session_max_age").GetInt64());
        Assert.Equal("no-store", info.Header("Cache-Control"));
        Assert.Equal(info.Body, Global(info).GetRawText());
        Assert.Null(info.Cookie("gatehouse"));
        var line = Assert.Single(info.SetCookies);
        Assert.Contains("samesite=strict", line, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("httponly", line, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_customer_is_told_who_they_are_in_answer_and_cookies()
    {
        var alice = await app.JoinAsync(email);
        await app.TickAsync(email);
        await alice.PostAsync("/api/auth/users", App.Json(("name", "Bob"), ("password", App.Password)));

        var info = await alice.GetAsync("/api/auth/info");
        var login = await app.LogInAsync(email);

        var user = info.Json.GetProperty("user");
        Assert.Equal(["key", "username", "displayname", "verified", "config", "user_id", "users"], Members(user));
        Assert.Equal(alice.AccountId, user.GetProperty("key").GetString());
        Assert.Equal("Alice", user.GetProperty("displayname").GetString());
        Assert.Equal(
            ["Alice", "Bob"],
            user.GetProperty("users").EnumerateArray().Select(each => each.GetProperty("name").GetString()!),
            StringComparer.Ordinal);
        Assert.Equal(info.Body, Global(info).GetRawText());
        // After the login none of the two is selected; the first one's name stands for the account.
        Assert.Equal("null", Global(login).GetProperty("user").GetProperty("user_id").GetRawText());
        Assert.Equal("Alice", Global(login).GetProperty("user").GetProperty("displayname").GetString());
        Assert.DoesNotContain(alice.Cookie, info.Body, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-080")]
    public async Task What_a_script_writes_into_the_global_cookie_decides_nothing()
    {
        var alice = await app.JoinAsync(email);
        var info = await alice.GetAsync("/api/auth/info");
        var forged = ("Cookie", "global=" + info.Cookie("global"));

        (await app.GetAsync("/api/auth/session", forged)).IsProblem(401, "unauthenticated");
        Assert.Equal("{}", (await app.GetAsync("/api/auth/info", forged)).Json.GetProperty("user").GetRawText());
        Assert.DoesNotContain(alice.SessionId, Uri.UnescapeDataString(info.Cookie("global")!), StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-081")]
    public async Task A_session_goes_along_to_another_network_and_browser_version()
    {
        await using var behind = await App.StartAsync(shared.Kind, ("KnownProxies:0", "127.0.0.1"));
        var alice = await behind.JoinAsync(email);

        foreach (var source in (string[])["203.0.113.1", "2001:db8::1"])
            (await alice.GetAsync("/api/auth/session", ("X-Forwarded-For", source), ("User-Agent", "Other"))).IsOk();
    }

    [Fact]
    public async Task A_proxy_learns_who_is_at_the_door()
    {
        var alice = await app.JoinAsync(email);
        var known = await alice.GetAsync("/api/auth/check");
        (await SelectAsync(alice, "null")).IsOk();
        var without = await alice.GetAsync("/api/auth/check");
        var guest = await app.GetAsync("/api/auth/check");

        Assert.Equal(HttpStatusCode.NoContent, known.Status);
        Assert.Equal((alice.AccountId, alice.UserId), (known.Header("X-Account-Id"), known.Header("X-User-Id")));
        Assert.Equal((alice.AccountId, null), (without.Header("X-Account-Id"), without.Header("X-User-Id")));
        guest.IsProblem(401, "unauthenticated");
        Assert.Equal("Bearer", guest.Header("WWW-Authenticate"));
        Assert.Null(guest.Header("X-Account-Id"));
    }

    private static Task<Answer> SelectAsync(Person person, string userId) =>
        person.SendAsync(HttpMethod.Patch, "/api/auth/session", $$"""{"user_id":{{userId}}}""");

    private static JsonElement Global(Answer answer) =>
        JsonDocument.Parse(Uri.UnescapeDataString(answer.Cookie("global")!)).RootElement;

    private static string[] Members(JsonElement element) =>
        [.. element.EnumerateObject().Select(member => member.Name)];
}
