using System.Net;
using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Settings;

public sealed class GrantOnSqlite(SharedOnSqlite shared) : GrantTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class GrantOnPostgres(SharedOnPostgres shared) : GrantTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class GrantTests(SharedApp shared)
{
    private const string Path = "/api/auth/account";
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    /// <summary>Every endpoint that says it needs a grant is tried.</summary>
    [Fact]
    [Meets("GH-SEC-038", "GH-SEC-083", "GH-SEC-208")]
    public async Task Whoever_presents_no_credentials_gets_nowhere_whatever_session_exists()
    {
        var alice = await app.JoinAsync(email);
        var token = await alice.TakeTokenAsync();
        var endpoints = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<EndpointRules>()!.Access == Access.Grant).ToArray();
        Assert.True(endpoints.Length >= 8);

        foreach (var endpoint in endpoints)
        {
            var method = new HttpMethod(endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0]);
            var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{id}", alice.SessionId, StringComparison.Ordinal);
            const string Body = """{"password":"another long passphrase","email":"mallory@example.com","username":"mallory"}""";
            (await app.SendAsync(method, path, Body)).IsProblem(401, "unauthenticated");
            (await alice.SendAsync(method, path, Body)).IsProblem(403, "grant_required");
            (await app.SendAsync(method, path, Body, App.Bearer(token))).IsProblem(403, "grant_required");
            (await alice.SendAsync(method, path, Body, ("Account-Grant", new string('A', 43)))).IsProblem(403, "grant_required");
        }

        (await alice.GetAsync("/api/auth/session")).IsOk();
        (await app.LogInAsync(email)).IsOk();
        Assert.Equal(0, await app.Store.CountAsync($"email_changes WHERE account_id = '{alice.AccountId}'"));
    }

    [Fact]
    public async Task The_account_is_shown_to_who_presented_the_password_again()
    {
        var alice = await app.JoinAsync(email);

        var opened = await alice.PostAsync(Path + "/open", App.Json(("password", App.Password)));
        var shown = await alice.GetAsync(Path, ("Account-Grant", opened.Text("grant")!));

        Assert.Equal(HttpStatusCode.OK, opened.Status);
        Assert.Equal(app.Clock.GetUtcNow().AddMinutes(10), opened.Json.GetProperty("expires_at").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
        Assert.Equal(alice.AccountId, shown.Text("id"));
        Assert.Equal(email, shown.Text("email"));
        Assert.Null(shown.Text("username"));
        Assert.True(shown.Json.GetProperty("verified").GetBoolean());
        Assert.Equal("Alice", shown.Json.GetProperty("users")[0].GetProperty("name").GetString());
        Assert.Empty(shown.Json.GetProperty("identities").EnumerateArray());
        Assert.Equal("{}", shown.Json.GetProperty("config").GetRawText());
        Assert.Equal("no-store", shown.Header("Cache-Control"));
    }

    [Theory]
    [Meets("GH-SEC-067")]
    [InlineData("""{"password":"wrong password here"}""", 401, "invalid_credentials")]
    [InlineData("{}", 400, "bad_request")]
    [InlineData("""{"password":7}""", 400, "bad_request")]
    [InlineData("""{"password":""}""", 400, "bad_request")]
    public async Task A_wrong_password_opens_nothing_and_leaves_the_session_as_it_was(string body, int status, string code)
    {
        var alice = await app.JoinAsync(email);

        (await alice.PostAsync(Path + "/open", body)).IsProblem(status, code);

        Assert.Equal(0, await app.Store.CountAsync($"grants WHERE account_id = '{alice.AccountId}'"));
        (await alice.GetAsync("/api/auth/session")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-083")]
    public async Task A_grant_opens_for_the_session_it_was_given_to_and_no_other()
    {
        var alice = await app.JoinAsync(email);
        var tablet = await alice.LogInAsync();
        var bob = await app.JoinAsync(App.NewEmail());
        var grant = await alice.OpenAsync();
        var token = await alice.TakeTokenAsync();

        (await tablet.GetAsync(Path, grant)).IsProblem(403, "grant_required");
        (await bob.GetAsync(Path, grant)).IsProblem(403, "grant_required");
        (await app.GetAsync(Path, App.Bearer(token), grant)).IsProblem(403, "grant_required");
        (await app.GetAsync(Path, grant)).IsProblem(401, "unauthenticated");
        (await alice.GetAsync(Path, grant)).IsOk();
    }

    [Fact]
    public async Task A_bearer_opens_and_changes_like_a_browser()
    {
        var alice = await app.JoinAsync(email);
        var bearer = App.Bearer(await alice.TakeTokenAsync());

        var opened = await app.PostAsync(Path + "/open", App.Json(("password", App.Password)), bearer);
        var shown = await app.GetAsync(Path, bearer, ("Account-Grant", opened.Text("grant")!));

        shown.IsOk();
        Assert.NotNull(shown.Header("GN-Access-Token"));
    }

    [Fact]
    [Meets("GH-SEC-083")]
    public async Task A_grant_ends_exactly_after_ten_minutes()
    {
        var alice = await app.JoinAsync(email);
        var grant = await alice.OpenAsync();

        app.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMicroseconds(1));
        (await alice.GetAsync(Path, grant)).IsOk();
        app.Clock.Advance(TimeSpan.FromMicroseconds(1));
        (await alice.GetAsync(Path, grant)).IsProblem(403, "grant_required");
    }

    [Fact]
    public async Task A_grant_ends_with_its_session()
    {
        var alice = await app.JoinAsync(email);
        await alice.OpenAsync();

        (await alice.PostAsync("/api/auth/logout", "{}")).IsOk();

        Assert.Equal(0, await app.Store.CountAsync($"grants WHERE account_id = '{alice.AccountId}'"));
    }

    [Fact]
    public async Task Two_grants_in_one_request_are_none()
    {
        var alice = await app.JoinAsync(email);
        var grant = await alice.OpenAsync();

        (await alice.GetAsync(Path, grant, grant)).IsProblem(403, "grant_required");
    }

    [Fact]
    public async Task Users_are_made_and_deleted_by_a_grant_in_place_of_the_password()
    {
        var alice = await app.JoinAsync(email);
        var grant = await alice.OpenAsync();

        var made = await alice.PostAsync("/api/auth/users", """{"name":"Bob"}""", grant);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        (await alice.PostAsync("/api/auth/users", """{"name":"Eve"}""")).IsProblem(400, "bad_request");
        (await alice.PostAsync("/api/auth/users", """{"name":"Eve"}""", ("Account-Grant", new string('A', 43))))
            .IsProblem(403, "grant_required");
        // A password that was sent is checked, whatever stands beside it.
        (await alice.PostAsync("/api/auth/users", """{"name":"Eve","password":"wrong password here"}""", grant))
            .IsProblem(401, "invalid_credentials");
        (await alice.SendAsync(HttpMethod.Delete, $"/api/auth/users/{made.Text("id")}", "{}")).IsProblem(400, "bad_request");
        (await alice.SendAsync(HttpMethod.Delete, $"/api/auth/users/{made.Text("id")}", "{}", grant)).IsOk();

        Assert.Equal(1, await app.Store.CountAsync($"users WHERE account_id = '{alice.AccountId}'"));
    }

    /// <summary>What was proved must still hold as the user is made: another device may change the password meanwhile.</summary>
    [Fact]
    public async Task Nobody_makes_a_user_with_what_a_new_password_has_ended()
    {
        var alice = await app.JoinAsync(email);
        var tablet = await alice.LogInAsync();
        var (grant, tabletsGrant) = (await alice.OpenAsync(), await tablet.OpenAsync());

        var answers = await App.AtOnceAsync(9, i => i switch
        {
            0 => alice.PostAsync("/api/auth/account/password", App.Json(("password", "another long passphrase")), grant),
            < 5 => tablet.PostAsync("/api/auth/users", App.Json(("name", $"U{i}"), ("password", App.Password))),
            _ => tablet.PostAsync("/api/auth/users", App.Json(("name", $"U{i}")), tabletsGrant),
        });

        answers[0].IsOk();
        Assert.All(answers, answer => Assert.True((int)answer.Status is 200 or 201 or 401 or 403, answer.Body));
        Assert.Equal(1 + answers.Count(answer => answer.Status == HttpStatusCode.Created),
            await app.Store.CountAsync($"users WHERE account_id = '{alice.AccountId}'"));
        (await tablet.PostAsync("/api/auth/users", App.Json(("name", "Late")), tabletsGrant)).IsProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task The_username_and_the_config_change()
    {
        var alice = await app.JoinAsync(email);
        var grant = await alice.OpenAsync();
        var name = "n-" + email[..email.IndexOf('@')];

        var changed = await alice.SendAsync(
            HttpMethod.Patch, Path, App.Json(("username", name.ToUpperInvariant()))[..^1] + ""","config":{"theme":"dark"}}""", grant);

        changed.IsOk();
        Assert.Equal(name, changed.Text("username"), ignoreCase: true);
        Assert.Equal("""{"theme":"dark"}""", changed.Json.GetProperty("config").GetRawText());
        Assert.Equal(name, (await alice.GetAsync("/api/auth/session")).Text("account", "username"), ignoreCase: true);
        (await app.PostAsync("/api/auth/login", App.Json(("username", name), ("password", App.Password)))).IsOk();
        var unchanged = await alice.SendAsync(HttpMethod.Patch, Path, "{}", grant);
        Assert.Equal(changed.Body, unchanged.Body);
    }

    [Theory]
    [InlineData("""{"username":"admin"}""", 422, "invalid_input")]
    [InlineData("""{"username":"TAKEN","config":{"a":1}}""", 409, "username_taken")]
    [InlineData("""{"username":"HELD","config":{"a":1}}""", 409, "username_taken")]
    [InlineData("""{"config":[1]}""", 422, "invalid_document")]
    [InlineData("""{"config":{"a":{"b":{"c":{"d":{"e":1}}}}}}""", 422, "invalid_document")]
    [InlineData("""{"username":7}""", 400, "bad_request")]
    public async Task A_refused_change_changes_nothing(string body, int status, string code)
    {
        var alice = await app.JoinAsync(email);
        var bob = await app.JoinAsync(App.NewEmail());
        var (taken, held) = ("t-" + email[..email.IndexOf('@')], "h-" + email[..email.IndexOf('@')]);
        (await bob.SendAsync(HttpMethod.Patch, Path, App.Json(("username", taken)), await bob.OpenAsync())).IsOk();
        (await app.PostAsync("/api/auth/signup", App.Json(
            ("email", App.NewEmail()), ("username", held), ("password", App.Password)))).IsOk();
        var grant = await alice.OpenAsync();

        (await alice.SendAsync(HttpMethod.Patch, Path, body.Replace("TAKEN", taken, StringComparison.Ordinal)
            .Replace("HELD", held, StringComparison.Ordinal), grant)).IsProblem(status, code);

        var shown = await alice.GetAsync(Path, grant);
        Assert.Null(shown.Text("username"));
        Assert.Equal("{}", shown.Json.GetProperty("config").GetRawText());
    }

    [Fact]
    public async Task Of_sixteen_accounts_that_want_a_username_at_once_one_gets_it()
    {
        var people = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => app.JoinAsync(App.NewEmail())));
        var grants = await Task.WhenAll(people.Select(person => person.OpenAsync()));
        var name = "w-" + email[..email.IndexOf('@')];

        var answers = await App.AtOnceAsync(16, i => people[i].SendAsync(
            HttpMethod.Patch, Path, App.Json(("username", name)), grants[i]));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(15, answers.Count(answer => answer.Code == "username_taken"));
    }
}
