using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Users;

public sealed class UserFlowOnSqlite(SharedOnSqlite shared) : UserFlowTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class UserFlowOnPostgres(SharedOnPostgres shared)
    : UserFlowTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class UserFlowTests(SharedApp shared)
{
    private const string Users = "/api/auth/users";
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    public async Task A_user_is_made_with_a_session_and_the_password()
    {
        var alice = await app.JoinAsync(email);
        await app.TickAsync(email);

        var made = await alice.PostAsync(Users,
            $$"""{"name":" Bob ","preferences":{ "theme" : "dark" },"password":"{{App.Password}}"}""");
        var list = (await alice.GetAsync(Users)).Json.GetProperty("users");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal("Bob", made.Text("name"));
        Assert.Equal("""{"theme":"dark"}""", made.Json.GetProperty("preferences").GetRawText());
        Assert.Equal(2, list.GetArrayLength());
        Assert.Equal("Alice", list[0].GetProperty("name").GetString());
        Assert.Equal(made.Body, list[1].GetRawText());
    }

    [Fact]
    [Meets("GH-SEC-204")]
    public async Task Without_session_or_password_none_is_made()
    {
        var alice = await app.JoinAsync(email);
        var body = App.Json(("name", "Bob"), ("password", App.Password));

        (await app.PostAsync(Users, body)).IsProblem(401, "unauthenticated");
        (await app.GetAsync(Users)).IsProblem(401, "unauthenticated");
        (await alice.PostAsync(Users, App.Json(("name", "Bob")))).IsProblem(400, "bad_request");
        (await alice.PostAsync(Users, App.Json(("name", "Bob"), ("password", "")))).IsProblem(400, "bad_request");
        (await alice.PostAsync(Users, App.Json(("name", "Bob"), ("password", "a wrong password"))))
            .IsProblem(401, "invalid_credentials");
        (await alice.PostAsync("/api/auth/logout", null)).IsOk();
        (await alice.PostAsync(Users, body)).IsProblem(401, "unauthenticated");

        Assert.Equal(1, await CountAsync(alice));
    }

    [Theory]
    [InlineData("""{"name":"","password":"PASSWORD"}""", "invalid_input", "name")]
    [InlineData("""{"name":" \u200b ","password":"PASSWORD"}""", "invalid_input", "name")]
    [InlineData("""{"name":"a\u0000b","password":"PASSWORD"}""", "invalid_input", "name")]
    [InlineData("""{"name":"a\u2066b","password":"PASSWORD"}""", "invalid_input", "name")]
    [InlineData("""{"name":"12345678901234567890123456789012345678901234567890123456789012345","password":"PASSWORD"}""", "invalid_input", "name")]
    [InlineData("""{"name":"Bob","password":"PASSWORD","preferences":[]}""", "invalid_document", "preferences")]
    [InlineData("""{"name":"Bob","password":"PASSWORD","preferences":"{}"}""", "invalid_document", "preferences")]
    [InlineData("""{"name":"Bob","password":"PASSWORD","preferences":{"a":[[[{}]]]}}""", "invalid_document", "preferences")]
    public async Task What_is_not_acceptable_is_neither_made_nor_changed_to(string body, string code, string field)
    {
        var alice = await app.JoinAsync(email);
        var typed = body.Replace("PASSWORD", App.Password, StringComparison.Ordinal);

        var made = await alice.PostAsync(Users, typed);
        var changed = await alice.SendAsync(HttpMethod.Patch, $"{Users}/{alice.UserId}", typed);

        made.IsProblem(422, code);
        changed.IsProblem(422, code);
        Assert.True(made.Json.GetProperty("errors").TryGetProperty(field, out _), made.Body);
        Assert.Equal(1, await CountAsync(alice));
        Assert.Equal(
            "Alice", (await alice.GetAsync(Users)).Json.GetProperty("users")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Names_need_not_differ_and_preferences_have_their_limit()
    {
        var alice = await app.JoinAsync(email);
        var fits = "{\"a\":\"" + new string('x', 4096 - 8) + "\"}";

        (await alice.PostAsync(Users, Body("Alice", fits))).IsOk();
        (await alice.PostAsync(Users, Body("Alice", fits.Replace("x\"", "xx\"", StringComparison.Ordinal))))
            .IsProblem(422, "invalid_document");

        Assert.Equal(2, await CountAsync(alice));
    }

    [Fact]
    [Meets("GH-SEC-201")]
    public async Task Ten_users_are_the_limit_also_for_many_at_once()
    {
        var alice = await app.JoinAsync(email);

        var answers = await App.AtOnceAsync(16, i => alice.PostAsync(Users, Body($"User {i}", "{}")));

        Assert.Equal(9, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(7, answers.Count(answer => answer.Code == "limit_reached"));
        Assert.Equal(10, await CountAsync(alice));
    }

    [Fact]
    public async Task A_change_touches_what_it_names_and_the_session_shows_it()
    {
        var alice = await app.JoinAsync(email);
        var one = $"{Users}/{alice.UserId}";

        var named = await alice.SendAsync(
            HttpMethod.Patch, one, """{"name":"Alicia","verified":true,"account_id":"x"}""");
        var preferring = await alice.SendAsync(HttpMethod.Patch, one, """{"preferences":{"a":1}}""");
        var untouched = await alice.SendAsync(HttpMethod.Patch, one, "{}");
        var session = await alice.GetAsync("/api/auth/session");

        Assert.Equal(("Alicia", "{}"), (named.Text("name"), named.Json.GetProperty("preferences").GetRawText()));
        Assert.Equal("Alicia", preferring.Text("name"));
        Assert.Equal("""{"a":1}""", preferring.Json.GetProperty("preferences").GetRawText());
        Assert.Equal(preferring.Body, untouched.Body);
        Assert.Equal("Alicia", session.Text("user", "name"));
        (await app.SendAsync(HttpMethod.Patch, one, """{"name":"Eve"}""")).IsProblem(401, "unauthenticated");
    }

    [Fact]
    [Meets("GH-SEC-014", "GH-SEC-198")]
    public async Task Another_accounts_user_is_as_unknown_as_no_user()
    {
        var alice = await app.JoinAsync(email);
        var stranger = await app.JoinAsync(App.NewEmail(), userName: "Stranger");
        await alice.PostAsync(Users, Body("Bob", "{}"));

        foreach (var id in (string[])[stranger.UserId, "00000000-0000-7000-8000-000000000000", "x"])
        {
            (await alice.SendAsync(HttpMethod.Patch, $"{Users}/{id}", """{"name":"Mine"}"""))
                .IsProblem(404, "not_found");
            (await DeleteAsync(alice, id)).IsProblem(404, "not_found");
        }
        Assert.Equal(1, await CountAsync(stranger));
        Assert.Equal(
            "Stranger", (await stranger.GetAsync(Users)).Json.GetProperty("users")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_user_is_deleted_with_the_password_and_the_last_one_stays()
    {
        var alice = await app.JoinAsync(email);
        var bob = (await alice.PostAsync(Users, Body("Bob", "{}"))).Text("id")!;

        (await DeleteAsync(alice, bob, "a wrong password")).IsProblem(401, "invalid_credentials");
        (await alice.SendAsync(HttpMethod.Delete, $"{Users}/{bob}", "{}")).IsProblem(400, "bad_request");
        Assert.Equal(2, await CountAsync(alice));
        Assert.Equal("{}", (await DeleteAsync(alice, bob)).Body);
        (await DeleteAsync(alice, bob)).IsProblem(404, "not_found");
        (await DeleteAsync(alice, alice.UserId)).IsProblem(422, "last_one");

        Assert.Equal(1, await CountAsync(alice));
        Assert.Equal(alice.UserId, (await alice.GetAsync("/api/auth/session")).Text("user", "id"));
    }

    [Fact]
    public async Task Of_the_last_two_users_deleted_at_once_one_stays()
    {
        var alice = await app.JoinAsync(email);
        for (var round = 0; round < 5; round++)
        {
            var list = (await alice.GetAsync(Users)).Json.GetProperty("users");
            string[] ids =
            [
                list[0].GetProperty("id").GetString()!,
                (await alice.PostAsync(Users, Body("Bob", "{}"))).Text("id")!,
            ];

            var answers = await App.AtOnceAsync(2, i => DeleteAsync(alice, ids[i]));

            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            Assert.Single(answers, answer => answer.Code == "last_one");
            Assert.Equal(1, await CountAsync(alice));
        }
    }

    private static string Body(string name, string preferences) =>
        $$"""{"name":"{{name}}","password":"{{App.Password}}","preferences":{{preferences}} }""";

    [Fact]
    public async Task With_a_grant_a_user_is_deleted_without_a_body()
    {
        var alice = await app.JoinAsync(email);
        var grant = await alice.OpenAsync();
        var made = await alice.PostAsync(Users, App.Json(("name", "Bob")), grant);
        var path = $"{Users}/{made.Text("id")}";

        (await alice.SendAsync(HttpMethod.Delete, path, null)).IsProblem(400, "bad_request");
        (await alice.SendAsync(HttpMethod.Delete, path, null, ("Account-Grant", "x"))).IsProblem(403, "grant_required");
        (await alice.SendAsync(HttpMethod.Delete, path, null, grant)).IsOk();

        Assert.Equal(1, await CountAsync(alice));
    }

    private static Task<Answer> DeleteAsync(Person person, string id, string password = App.Password) =>
        person.SendAsync(HttpMethod.Delete, $"{Users}/{id}", App.Json(("password", password)));

    private Task<long> CountAsync(Person person) =>
        app.Store.CountAsync($"users WHERE account_id = '{person.AccountId}'");
}
