using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SocialLogin;

public abstract class SocialLoginTests(StoreKind kind) : SocialTests
{
    private Task<App> StartAsync(params (string Key, string Value)[] settings) => Stand.StartAsync(kind, settings);

    [Theory]
    [InlineData("google")]
    [InlineData("facebook")]
    [InlineData("line")]
    [InlineData("acme")]
    [Meets("GH-SEC-165", "GH-SEC-167", "GH-SEC-174", "GH-SEC-188")]
    public async Task Who_is_new_gets_an_account_a_user_and_a_session_and_comes_in_again(string provider)
    {
        await using var app = await StartAsync();
        var first = new Traveller(app, Stand);

        var (session, returnTo) = await first.ComeInAsync(provider, new Somebody("s-1", Name: "Ada"), "?return=/inside%3Fa=1");

        Assert.Equal("/inside?a=1", returnTo);
        Assert.Equal("Ada", session.Text("user", "name"));
        Assert.True(session.Json.GetProperty("account").GetProperty("email").ValueKind == System.Text.Json.JsonValueKind.Null);
        var (again, _) = await new Traveller(app, Stand).ComeInAsync(provider, new Somebody("s-1", Name: "Countess"));
        Assert.Equal(session.Text("account", "id"), again.Text("account", "id"));
        Assert.NotEqual(session.Text("session", "id"), again.Text("session", "id"), StringComparer.Ordinal);
        var (other, _) = await new Traveller(app, Stand).ComeInAsync(provider, new Somebody("s-2"));
        Assert.NotEqual(session.Text("account", "id"), other.Text("account", "id"), StringComparer.Ordinal);
        Assert.Equal(2, await app.Store.CountAsync("identities"));
        Assert.Equal(0, await app.Store.CountAsync("social_flows"));
    }

    [Fact]
    public async Task The_same_subject_of_another_provider_is_somebody_else()
    {
        await using var app = await StartAsync();
        var (google, _) = await new Traveller(app, Stand).ComeInAsync("google", new Somebody("1"));
        var (line, _) = await new Traveller(app, Stand).ComeInAsync("line", new Somebody("1"));

        Assert.NotEqual(google.Text("account", "id"), line.Text("account", "id"), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("google", true)]
    [InlineData("acme", true)]
    [InlineData("line", false)]
    [InlineData("facebook", false)]
    [Meets("GH-SEC-155", "GH-SEC-175")]
    public async Task An_email_that_the_provider_vouches_for_is_the_accounts(string provider, bool vouches)
    {
        await using var app = await StartAsync();
        var email = App.NewEmail();

        var (session, _) = await new Traveller(app, Stand).ComeInAsync(provider, new Somebody("s", email));

        Assert.Equal(vouches ? email : null, session.Text("account", "email"));
    }

    [Theory]
    [InlineData("google")]
    [InlineData("acme")]
    [Meets("GH-SEC-155", "GH-SEC-175")]
    public async Task An_email_that_it_does_not_vouch_for_is_none(string provider)
    {
        await using var app = await StartAsync();
        var person = await app.JoinAsync(App.NewEmail());

        var (session, _) = await new Traveller(app, Stand).ComeInAsync(provider, new Somebody("s", person.Email, EmailVerified: false));
        Stand.Claims = claims => claims["email_verified"] = "true";
        var (text, _) = await new Traveller(app, Stand).ComeInAsync(provider, new Somebody("t", person.Email));

        Assert.All([session, text], answer => Assert.Null(answer.Text("account", "email")));
        Assert.All([session, text], answer => Assert.NotEqual(person.AccountId, answer.Text("account", "id"), StringComparer.Ordinal));
    }

    [Fact]
    [Meets("GH-SEC-151", "GH-SEC-152", "GH-SEC-153")]
    public async Task A_sign_up_that_is_pending_for_the_address_is_discarded_and_not_adopted()
    {
        await using var app = await StartAsync();
        var email = App.NewEmail();
        var token = await app.SignUpAsync(email, "the password of somebody else");

        var (session, _) = await new Traveller(app, Stand).ComeInAsync("google", new Somebody("s", email));

        Assert.Equal(email, session.Text("account", "email"));
        (await app.VerifyAsync(token, "the password of somebody else")).IsProblem(410, "link_invalid");
        (await app.LogInAsync(email, "the password of somebody else")).IsProblem(401, "invalid_credentials");
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    public async Task With_several_users_the_way_leads_by_the_choice()
    {
        await using var app = await StartAsync();
        var ada = new Somebody("s", App.NewEmail());
        var traveller = new Traveller(app, Stand);
        await traveller.ComeInAsync("google", ada);
        var grant = await traveller.OpenAsync("google", ada);
        (await traveller.PostAsync("/api/auth/users", App.Json(("name", "Bob")), grant)).IsOk();

        var (session, returnTo) = await new Traveller(app, Stand).ComeInAsync("google", ada, "?return=/inside");
        var popup = await new Traveller(app, Stand).LogInAsync("google", ada, "?return=/auth/done");

        Assert.Equal(System.Text.Json.JsonValueKind.Null, session.Json.GetProperty("user").ValueKind);
        Assert.Equal("/auth/users?return=%2Finside", returnTo);
        Assert.Equal("/auth/done", popup.LeadsTo());
    }

    [Fact]
    [Meets("GH-SEC-188")]
    public async Task The_session_of_before_ends_and_the_flow_cookie_goes()
    {
        await using var app = await StartAsync();
        var person = await app.JoinAsync(App.NewEmail());
        var traveller = new Traveller(app, Stand).As(person);

        var back = await traveller.LogInAsync("google", new Somebody("s"));

        Assert.Equal("", back.Cookie("gatehouse-flow"));
        Assert.NotNull(back.Cookie("gatehouse"));
        (await person.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    [Fact]
    [Meets("GH-SEC-166", "GH-SEC-187")]
    public async Task The_flow_cookie_is_lax_http_only_and_as_short_as_the_flow()
    {
        await using var app = await StartAsync();

        var start = await app.GetAsync("/api/auth/google/login");

        Assert.Matches("^gatehouse-flow=[A-Za-z0-9_-]{43}; max-age=600; path=/; samesite=lax; httponly$", Assert.Single(start.SetCookies));
        Assert.Matches("[?&]state=[A-Za-z0-9_-]{43}(&|$)", start.Header("Location")!);
        Assert.Equal("no-store", start.Header("Cache-Control"));
    }

    [Fact]
    [Meets("GH-SEC-166")]
    public async Task On_https_the_flow_cookie_belongs_to_the_host()
    {
        await using var app = await Stand.StartAsync(kind, ("PublicUrl", "https://auth.example.com"));

        var start = await app.GetAsync("/api/auth/google/login", ("Host", "auth.example.com"));

        Assert.StartsWith("__Host-gatehouse-flow=", Assert.Single(start.SetCookies), StringComparison.Ordinal);
        Assert.Contains("; secure", start.SetCookies[0], StringComparison.Ordinal);
        Assert.Contains(Uri.EscapeDataString("https://auth.example.com/api/auth/google/callback"), start.Header("Location")!, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-188")]
    public async Task A_link_on_another_site_leads_by_a_page_of_ours_so_that_the_session_of_before_is_known()
    {
        await using var app = await StartAsync();

        var answer = await new Traveller(app, Stand).GetAsync(
            "/api/auth/google/login?return=/a%3Fb=c&invite=", ("Sec-Fetch-Site", "cross-site"));

        Assert.Equal("/api/auth/google/login?return=/a%3Fb=c&invite=", answer.LeadsTo());
        Assert.Empty(answer.SetCookies);
        Assert.Equal(0, await app.Store.CountAsync("social_flows"));
    }

    [Fact]
    public async Task Leaving_and_reset_take_the_flow_along()
    {
        await using var app = await StartAsync();
        var traveller = new Traveller(app, Stand);
        await traveller.LeaveAsync("google");

        Assert.Equal("", (await traveller.PostAsync("/api/auth/logout", null)).Cookie("gatehouse-flow"));
        await traveller.LeaveAsync("google");
        Assert.Equal("", (await traveller.PostAsync("/api/auth/reset", null)).Cookie("gatehouse-flow"));
    }

    [Fact]
    [Meets("GH-SEC-150", "GH-SEC-160")]
    public async Task Of_two_providers_and_a_verification_at_once_one_gets_the_address()
    {
        await using var app = await StartAsync();
        for (var round = 0; round < 4; round++)
        {
            var email = App.NewEmail();
            var token = await app.SignUpAsync(email);
            var (one, two) = (new Traveller(app, Stand), new Traveller(app, Stand));
            var first = Stand.Allow(await one.LeaveAsync("google"), new Somebody($"g{round}", email));
            var second = Stand.Allow(await two.LeaveAsync("acme"), new Somebody($"a{round}", email));

            var answers = await App.AtOnceAsync(3, i => i switch
            {
                0 => one.ReturnAsync(first),
                1 => two.ReturnAsync(second),
                _ => app.VerifyAsync(token),
            });

            Assert.All(answers, answer => Assert.True((int)answer.Status < 500, answer.Body));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            Assert.Equal(round + 1, await app.Store.CountAsync("accounts"));
        }
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [Meets("GH-SEC-179", "GH-SEC-217", "GH-SEC-221")]
    public async Task Nobody_is_led_elsewhere(string target)
    {
        await using var app = await StartAsync();

        var (_, returnTo) = await new Traveller(app, Stand).ComeInAsync("google", new Somebody("s"), $"?return={Uri.EscapeDataString(target)}");

        Assert.Equal("/", returnTo);
    }

    [Fact]
    public async Task Two_tabs_do_not_get_into_each_others_way()
    {
        await using var app = await StartAsync();
        var traveller = new Traveller(app, Stand);
        var (first, second) = (await traveller.LeaveAsync("google", "?return=/one"), await traveller.LeaveAsync("line", "?return=/two"));

        Assert.Equal("/two", (await traveller.ReturnAsync(Stand.Allow(second, new Somebody("b")))).LeadsTo());
        (await traveller.ReturnAsync(Stand.Allow(first, new Somebody("a")))).IsFailed("login_expired"); // logged in already, in this browser
    }

    [Fact]
    public async Task The_devices_and_the_history_say_how_it_was()
    {
        await using var app = await StartAsync();
        var (traveller, ada) = (new Traveller(app, Stand), new Somebody("s", App.NewEmail()));
        await traveller.ComeInAsync("google", ada);

        var grant = await traveller.OpenAsync("google", ada);

        var devices = await traveller.GetAsync("/api/auth/account/sessions", grant);
        Assert.Equal("social", devices.Json.GetProperty("sessions")[0].GetProperty("via").GetString());
        var events = await traveller.GetAsync("/api/auth/account/events", grant);
        Assert.Equal(
            ["account_verified google", "identity_linked google", "logged_in social", "settings_opened google"],
            events.Json.GetProperty("events").EnumerateArray().Select(item => $"{item.GetProperty("type")} {item.GetProperty("detail")}")
                .Order(StringComparer.Ordinal), StringComparer.Ordinal);
        var account = await traveller.GetAsync("/api/auth/account", grant);
        Assert.Equal("google", account.Json.GetProperty("identities")[0].GetProperty("via").GetString());
    }

    [Fact]
    [Meets("GH-SEC-180")]
    public async Task Of_sixteen_answers_with_one_state_one_comes_in()
    {
        await using var app = await StartAsync();
        var traveller = new Traveller(app, Stand);
        var callback = Stand.Allow(await traveller.LeaveAsync("google"), new Somebody("s"));

        var answers = await App.AtOnceAsync(16, _ => traveller.ReturnAsync(callback));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(1, await app.Store.CountAsync("sessions"));
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    [Meets("GH-SEC-160", "GH-SEC-174")]
    public async Task Of_sixteen_logins_of_one_new_customer_one_account_comes()
    {
        await using var app = await StartAsync();
        var ada = new Somebody("s", App.NewEmail());
        var travellers = Enumerable.Range(0, 16).Select(_ => new Traveller(app, Stand)).ToArray();
        var callbacks = await Task.WhenAll(travellers.Select(async traveller => Stand.Allow(await traveller.LeaveAsync("google"), ada)));

        var answers = await App.AtOnceAsync(16, i => travellers[i].ReturnAsync(callbacks[i]));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        Assert.Equal(1, await app.Store.CountAsync("identities"));
        Assert.Equal(16, await app.Store.CountAsync("sessions"));
    }

    [Fact]
    public async Task The_global_names_the_providers()
    {
        await using var app = await StartAsync();

        var config = (await app.GetAsync("/api/auth/info")).Json.GetProperty("config");
        var social = config.GetProperty("social");

        Assert.Equal("""{"acme":"Acme"}""", config.GetProperty("social_titles").GetRawText());
        Assert.Equal(["acme", "facebook", "google", "line"], social.EnumerateArray().Select(item => item.GetString()!).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-185")]
    public async Task Nothing_of_the_providers_is_kept_or_told()
    {
        await using var app = await StartAsync();
        var traveller = new Traveller(app, Stand);
        var away = await traveller.LeaveAsync("google");
        var callback = Stand.Allow(away, new Somebody("s"));

        var back = await traveller.ReturnAsync(callback);

        foreach (var secret in (string[])["access-", "code-", "eyJ", StandIns.Secret])
        {
            Assert.DoesNotContain(secret, back.Body + string.Join(' ', back.SetCookies), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, app.Logs.Text, StringComparison.Ordinal);
        }
    }
}

public sealed class SocialLoginOnSqlite() : SocialLoginTests(StoreKind.Sqlite);

public sealed class SocialLoginOnPostgres() : SocialLoginTests(StoreKind.Postgres);
