using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SocialLogin;

/// <summary>Whatever an answer lacks, has too much of, or has of somebody else, ends at one page, and nothing has happened.</summary>
public sealed class SocialRefusalTests : SocialTests, IAsyncLifetime
{
    private App app = null!;
    private Traveller traveller = null!;

    public async Task InitializeAsync()
    {
        app = await Stand.StartAsync(StoreKind.Sqlite);
        traveller = new Traveller(app, Stand);
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    private async Task NothingHappenedAsync()
    {
        foreach (var table in (string[])["accounts", "users", "identities", "sessions", "social_matches", "mail_outbox"])
            Assert.True(await app.Store.CountAsync(table) == 0, table);
        (await traveller.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    private async Task<string> AllowedAsync(string provider = "google") =>
        Stand.Allow(await traveller.LeaveAsync(provider), new Somebody("s", App.NewEmail()));

    [Theory]
    [InlineData("")]
    [InlineData("?code=x")]
    [InlineData("?state=x&code=x")]
    [InlineData("?state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&code=x")]
    [InlineData("?error=access_denied")]
    [InlineData("?id_token=x&access_token=y")]
    [Meets("GH-SEC-165", "GH-SEC-166", "GH-SEC-181")]
    public async Task An_answer_to_no_question(string query)
    {
        await traveller.LeaveAsync("google");

        (await traveller.ReturnAsync("/api/auth/google/callback" + query)).IsFailed("login_expired");

        await NothingHappenedAsync();
        Assert.DoesNotContain(Stand.Calls, call => call.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    [Meets("GH-SEC-166", "GH-SEC-161")]
    public async Task Another_browsers_state()
    {
        var callback = await AllowedAsync();
        var stranger = new Traveller(app, Stand);

        (await stranger.ReturnAsync(callback)).IsFailed("login_expired"); // without any cookie
        await stranger.LeaveAsync("google");
        (await stranger.ReturnAsync(callback)).IsFailed("login_expired"); // with one of its own
        await NothingHappenedAsync();

        (await traveller.ReturnAsync(callback)).LeadsTo(); // and it is still good where it belongs
    }

    [Fact]
    [Meets("GH-SEC-166", "GH-SEC-180")]
    public async Task A_replayed_answer()
    {
        var callback = await AllowedAsync();
        (await traveller.ReturnAsync(callback)).LeadsTo();
        var (sessions, stranger) = (await app.Store.CountAsync("sessions"), new Traveller(app, Stand));

        (await traveller.ReturnAsync(callback)).IsFailed("login_expired");
        await stranger.LeaveAsync("google");
        (await stranger.ReturnAsync(callback)).IsFailed("login_expired");

        Assert.Equal(sessions, await app.Store.CountAsync("sessions"));
    }

    [Fact]
    [Meets("GH-SEC-166")]
    public async Task An_answer_after_ten_minutes()
    {
        var callback = await AllowedAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        (await traveller.ReturnAsync(callback)).IsFailed("login_expired");

        await NothingHappenedAsync();
    }

    [Fact]
    [Meets("GH-SEC-169")]
    public async Task An_answer_that_another_provider_was_asked_for()
    {
        var callback = await AllowedAsync("acme");

        foreach (var other in (string[])["google", "line", "facebook"])
            (await traveller.ReturnAsync(callback.Replace("/acme/", $"/{other}/", StringComparison.Ordinal))).IsFailed("login_expired");

        await NothingHappenedAsync();
        (await traveller.ReturnAsync(callback)).LeadsTo();
    }

    [Theory]
    [InlineData("")]
    [InlineData("&iss=https%3A%2F%2Faccounts.google.com")]
    [InlineData("&iss=https%3A%2F%2Flogin.acme.example%2F")]
    [Meets("GH-SEC-169")]
    public async Task An_answer_that_calls_itself_otherwise(string issuer)
    {
        var callback = await AllowedAsync("acme");

        (await traveller.ReturnAsync(callback[..callback.IndexOf("&iss=", StringComparison.Ordinal)] + issuer)).IsFailed("provider_failed");

        await NothingHappenedAsync();
    }

    [Fact]
    [Meets("GH-SEC-169")]
    public async Task An_issuer_beside_a_provider_that_names_none() // a mix-up: another's answer under Google's address
    {
        (await traveller.ReturnAsync(await AllowedAsync("google") + "&iss=https%3A%2F%2Fevil.example")).IsFailed("provider_failed");

        await NothingHappenedAsync();
    }

    [Theory]
    [InlineData("access_denied", "login_cancelled")]
    [InlineData("server_error", "provider_failed")]
    [InlineData("%3Cscript%3Ealert(1)%3C/script%3E", "provider_failed")]
    [Meets("GH-SEC-181", "GH-SEC-186")]
    public async Task The_customer_or_the_provider_said_no(string error, string code)
    {
        var state = (await AllowedAsync()).Split("state=")[1];

        var answer = await traveller.ReturnAsync($"/api/auth/google/callback?error={error}&error_description=<b>x</b>&state={state}");

        answer.IsFailed(code);
        var page = await traveller.GetAsync(answer.Header("Location")!);
        Assert.DoesNotContain("script>alert", page.Body, StringComparison.Ordinal);
        await NothingHappenedAsync();
        (await traveller.ReturnAsync($"/api/auth/google/callback?code=code-1&state={state}")).IsFailed("login_expired"); // used up
    }

    [Theory]
    [InlineData("code=x&code=y")]
    [InlineData("code=x&error=a&error=b")]
    [InlineData("code=x&unknown=1&unknown=2")]
    [Meets("GH-SEC-181")]
    public async Task Doubled_parameters(string query)
    {
        var state = (await AllowedAsync()).Split("state=")[1];

        (await traveller.ReturnAsync($"/api/auth/google/callback?state={state}&{query}")).IsFailed("login_expired");

        await NothingHappenedAsync();
    }

    [Fact]
    [Meets("GH-SEC-181")]
    public async Task No_code_and_a_huge_one()
    {
        var state = (await AllowedAsync()).Split("state=")[1];
        (await traveller.ReturnAsync($"/api/auth/google/callback?state={state}")).IsFailed("provider_failed");
        state = (await AllowedAsync()).Split("state=")[1];
        (await traveller.ReturnAsync($"/api/auth/google/callback?state={state}&code={new string('x', 4097)}")).IsFailed("provider_failed");

        await NothingHappenedAsync();
    }

    [Fact]
    [Meets("GH-SEC-167", "GH-SEC-161")]
    public async Task A_code_that_was_begun_elsewhere() // the attacker's own code in the victim's browser: PKCE
    {
        var stranger = new Traveller(app, Stand);
        var stolen = Stand.Allow(await stranger.LeaveAsync("google"), new Somebody("attacker"));
        var state = (await AllowedAsync()).Split("state=")[1];

        var code = stolen.Split("code=")[1].Split('&')[0];
        (await traveller.ReturnAsync($"/api/auth/google/callback?code={code}&state={state}")).IsFailed("provider_failed");

        await NothingHappenedAsync();
    }

    [Theory]
    [InlineData("google")]
    [InlineData("facebook")]
    [InlineData("line")]
    [InlineData("acme")]
    [Meets("GH-SEC-182", "GH-SEC-303")]
    public async Task A_provider_that_fails_in_any_way(string provider)
    {
        Func<HttpResponseMessage>[] faults =
        [
            () => new HttpResponseMessage(HttpStatusCode.InternalServerError),
            () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>") },
            () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("[]") },
            () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{\"access_token\":1,\"id_token\":2}") },
            () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{\"id_token\":\"a\",\"id_token\":\"b\"}") },
            () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(new byte[70_000]) },
            () => new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri("http://127.0.0.1/") } },
            () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{\"id_token\":\"\\ud800\",\"access_token\":\"\\ud800\"}") },
            () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{\"access_token\":\"a\\nb\",\"id_token\":\"x\"}") },
            () => throw new HttpRequestException("unreachable"),
            () => throw new OperationCanceledException("timed out"),
        ];
        foreach (var fault in faults)
        {
            Stand.Instead = null;
            var callback = await AllowedAsync(provider);
            Stand.Instead = (_, _) => Task.FromResult<HttpResponseMessage?>(fault());

            (await traveller.ReturnAsync(callback)).IsFailed("provider_failed");
        }
        Stand.Instead = null;
        await NothingHappenedAsync();
        var person = await app.JoinAsync(App.NewEmail()); // everybody else goes on
        (await app.LogInAsync(person.Email)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-182")]
    public async Task A_provider_that_is_away_as_the_login_begins()
    {
        Stand.Instead = (_, _) => throw new HttpRequestException("unreachable");

        (await traveller.GetAsync("/api/auth/acme/login")).IsFailed("provider_failed");

        Assert.Equal(0, await app.Store.CountAsync("social_flows"));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("Google")]
    [InlineData("google%2F..")]
    [InlineData("https:%2F%2Fevil.example")]
    [Meets("GH-SEC-173", "GH-SEC-184")]
    public async Task A_provider_that_is_not_there(string name)
    {
        (await traveller.GetAsync($"/api/auth/{name}/login")).IsProblem(404, "not_found");
        (await traveller.GetAsync($"/api/auth/{name}/callback?code=x&state=y")).IsProblem(404, "not_found");
        (await traveller.PostAsync($"/api/auth/{name}/link", "{\"password\":\"x\"}")).IsProblem(404, "not_found");
    }

    [Fact]
    [Meets("GH-SEC-173")]
    public async Task What_a_request_names_goes_to_no_provider()
    {
        var location = await traveller.LeaveAsync(
            "google", "?client_id=evil&redirect_uri=https://evil.example&scope=admin&issuer=https://evil.example&authority=x");

        Assert.DoesNotContain("evil", location, StringComparison.Ordinal);
        Assert.DoesNotContain("admin", location, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-172")]
    public async Task Facebook_tokens_that_are_not_ours()
    {
        (string Member, System.Text.Json.Nodes.JsonNode Value)[] lies =
            [("app_id", "another-app"), ("is_valid", false), ("type", "PAGE"), ("user_id", ""), ("is_valid", "true")];
        foreach (var (member, value) in lies)
        {
            Stand.Change = (what, body) =>
            {
                if (what == "debug_token")
                    body["data"]![member] = value.DeepClone();
            };
            (await traveller.ReturnAsync(await AllowedAsync("facebook"))).IsFailed("provider_failed");
        }
        Stand.Change = (what, body) =>
        {
            if (what == "me")
                body["id"] = "somebody-else";
        };
        (await traveller.ReturnAsync(await AllowedAsync("facebook"))).IsFailed("provider_failed");

        await NothingHappenedAsync();
    }

    [Fact]
    public async Task Each_browser_that_begins_draws_on_the_budget_of_logins()
    {
        await using var limited = await Stand.StartAsync(StoreKind.Sqlite, ("RateLimits:Enabled", "true"), ("RateLimits:LoginSource:Permits", "3"));
        var hasty = new Traveller(limited, Stand);
        for (var i = 0; i < 3; i++)
            await hasty.LeaveAsync("google");

        (await hasty.GetAsync("/api/auth/google/login")).IsProblem(429, "too_many_requests");
        Assert.Equal(3, await limited.Store.CountAsync("social_flows"));
    }

    [Fact]
    public async Task Whoever_is_new_draws_on_the_budget_of_sign_ups_and_who_is_known_does_not()
    {
        await using var limited = await Stand.StartAsync(StoreKind.Sqlite, ("RateLimits:Enabled", "true"), ("RateLimits:SignUp:Permits", "2"));
        for (var i = 0; i < 2; i++)
            await new Traveller(limited, Stand).ComeInAsync("google", new Somebody($"s{i}"));

        (await new Traveller(limited, Stand).LogInAsync("google", new Somebody("s3"))).IsFailed("too_many_requests");
        await new Traveller(limited, Stand).ComeInAsync("google", new Somebody("s0"));
        Assert.Equal(2, await limited.Store.CountAsync("accounts"));
    }

    [Fact]
    public async Task Wrong_states_draw_on_the_budget_of_wrong_links()
    {
        await using var limited = await Stand.StartAsync(StoreKind.Sqlite, ("RateLimits:Enabled", "true"), ("RateLimits:Link:Permits", "2"));
        var hasty = new Traveller(limited, Stand);
        var callback = Stand.Allow(await hasty.LeaveAsync("google"), new Somebody("s"));
        var wrong = callback[..callback.IndexOf("state=", StringComparison.Ordinal)] + "state=" + new string('A', 43);
        for (var i = 0; i < 2; i++)
            (await hasty.ReturnAsync(wrong)).IsFailed("login_expired");

        (await hasty.ReturnAsync(callback)).IsFailed("too_many_requests");
        Assert.Equal(0, await limited.Store.CountAsync("sessions"));
    }

    [Fact]
    public async Task What_came_to_nothing_is_purged()
    {
        await traveller.LeaveAsync("google");
        app.Clock.Advance(TimeSpan.FromHours(2));

        await Eventually.TrueAsync(async () => await app.Store.CountAsync("social_flows") == 0, "the purge");
    }
}
