using System.Reflection;
using System.Text.Json;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Http;

/// <summary>What a client may say is a closed list; whatever else stands in a body is not read.</summary>
public sealed class RequestMembersTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    /// <summary>What a greedy client would set if it could, well-formed; names as in rows, answers and claims.</summary>
    private const string Greedy = """
        "id":"0190c0de-0000-7000-8000-000000000000","account_id":"0190c0de-0000-7000-8000-000000000000","user":{"id":"x"},
        "verified":true,"verified_at":1,"email_verified":true,"epoch":999,"role":"admin","admin":true,"password_hash":"$argon2id$x",
        "created_at":"2001-01-01T00:00:00Z","expires_at":"2099-01-01T00:00:00Z","email_key":"mallory@example.com",
        "sid":"x","session_id":"x","ip":"203.0.113.9","purpose":"reset","identities":[{"via":"google"}]
        """;

    private readonly string email = App.NewEmail();

    private App App => shared.App;

    [Fact]
    [Meets("GH-SEC-036", "GH-SEC-063", "GH-SEC-163", "GH-SEC-197", "GH-SEC-200")]
    public void A_request_has_these_members_and_no_others()
    {
        var members = App.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType).OfType<Type>().Distinct()
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Select(member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name)).Distinct(StringComparer.Ordinal);

        Assert.Equal(
            "app_account config display_name email identifier invite language name password preferences recovery return token user_id user_name username via",
            string.Join(' ', members.Order(StringComparer.Ordinal)));
    }

    [Fact]
    [Meets("GH-SEC-163", "GH-SEC-197", "GH-SEC-199", "GH-SEC-200")]
    public async Task What_is_not_the_callers_to_set_changes_nothing()
    {
        var bob = await App.JoinAsync(App.NewEmail());
        (await App.PostAsync("/api/auth/signup", With(("email", email), ("password", App.Password)))).IsOk();
        var token = (await App.MailAsync(email)).Token;
        (await App.LogInAsync(email)).IsProblem(403, "account_unverified");
        var verified = await App.PostAsync(
            $"/api/auth/mail/verify/{token}", With(("password", App.Password), ("user_name", "Alice")));
        verified.IsOk();
        var alice = new Person(App, email, App.Password, verified.Cookie("gatehouse")!, verified.Json);
        var before = await RowAsync(alice);

        (await App.PostAsync("/api/auth/login", With(("email", email), ("password", App.Password)))).IsOk();
        (await alice.SendAsync(HttpMethod.Patch, "/api/auth/session", With(("user_id", alice.UserId)))).IsOk();
        var made = await alice.PostAsync("/api/auth/users", With(("name", "Cleo"), ("password", App.Password)));
        made.IsOk();
        (await alice.SendAsync(HttpMethod.Patch, $"/api/auth/users/{alice.UserId}", WithId(bob.UserId, ("name", "Al")))).IsOk();
        var opened = await alice.PostAsync("/api/auth/account/open", With(("password", App.Password)));
        var grant = ("Account-Grant", opened.Text("grant")!);
        (await alice.SendAsync(HttpMethod.Patch, "/api/auth/account", WithId(bob.AccountId, ("email", "mallory@example.com")), grant)).IsOk();
        (await alice.SendAsync(HttpMethod.Delete, $"/api/auth/users/{made.Text("id")}", WithId(alice.UserId, ("password", App.Password)))).IsOk();

        Assert.Equal(before, await RowAsync(alice));
        Assert.Equal(alice.AccountId, verified.Text("account", "id"));
        var users = (await alice.GetAsync("/api/auth/users")).Json.GetProperty("users");
        Assert.Equal("Al", Assert.Single(users.EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("Alice", (await bob.GetAsync("/api/auth/session")).Text("user", "name"));
        Assert.Equal(0, await App.Store.CountAsync("accounts WHERE email_key = 'mallory@example.com'"));
    }

    /// <summary>All that an account's row holds but what the flows above do change: nothing.</summary>
    private async Task<string> RowAsync(Person person) => (string)(await App.Store.AskAsync($"""
        SELECT id || ' ' || email || ' ' || email_key || ' ' || verified_at || ' ' || epoch || ' ' || password_hash || ' ' || created_at
        FROM accounts WHERE id = '{person.AccountId}'
        """))!;

    private static string With(params (string Name, string Value)[] members) => App.Json(members)[..^1] + "," + Greedy + "}";

    private static string WithId(string id, params (string Name, string Value)[] members) =>
        With(members).Replace("0190c0de-0000-7000-8000-000000000000", id, StringComparison.Ordinal);
}
