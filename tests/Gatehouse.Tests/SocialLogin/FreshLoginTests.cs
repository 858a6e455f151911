using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SocialLogin;

/// <summary>The settings of who has no password: a fresh login at the provider in its place.</summary>
public abstract class FreshLoginTests(StoreKind kind) : SocialTests, IAsyncLifetime
{
    private const string Open = "/api/auth/account/open";
    private readonly Somebody ada = new("s", "ada@example.com");
    private App app = null!;
    private Traveller traveller = null!;

    public async Task InitializeAsync()
    {
        app = await Stand.StartAsync(kind);
        traveller = new Traveller(app, Stand);
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    private static string Via(string provider) => App.Json(("via", provider));

    [Theory]
    [InlineData("google", "prompt=select_account")]
    [InlineData("facebook", "auth_type=reauthenticate")]
    [InlineData("line", "max_age=0")]
    [InlineData("acme", "prompt=login")]
    [Meets("GH-SEC-208", "GH-SEC-177")]
    public async Task A_fresh_login_is_good_for_one_grant_and_sets_a_password(string provider, string asked)
    {
        await traveller.ComeInAsync(provider, ada);
        var location = (await traveller.PostAsync(Open, Via(provider))).Text("location")!;
        Assert.Contains(asked, location, StringComparison.Ordinal);

        var back = await traveller.ReturnAsync(Stand.Allow(location, ada));

        Assert.Equal("/auth/settings", back.LeadsTo());
        Assert.Null(back.Cookie("gatehouse-grant")); // one grant, and it is the program's
        var grant = ("Account-Grant", (await traveller.PostAsync(Open, Via(provider))).Text("grant")!);
        Assert.NotNull((await traveller.PostAsync(Open, Via(provider))).Text("location")); // once
        (await traveller.GetAsync("/api/auth/account", grant)).IsOk();
        (await traveller.PostAsync("/api/auth/account/password", App.Json(("password", App.Password)), grant)).IsOk();
        (await traveller.PostAsync(Open, Via(provider))).IsProblem(422, "invalid_input"); // a password now
        (await traveller.PostAsync(Open, App.Json(("password", App.Password)))).IsOk();
    }

    [Theory]
    [InlineData("line")]
    [InlineData("acme")]
    [Meets("GH-SEC-177")]
    public async Task An_old_login_there_does_not_do(string provider)
    {
        await traveller.ComeInAsync(provider, ada);
        var location = (await traveller.PostAsync(Open, Via(provider))).Text("location")!;

        (await traveller.ReturnAsync(Stand.Allow(location, ada with { LoggedInBefore = TimeSpan.FromMinutes(2) }))).IsFailed("provider_failed");
        Stand.Claims = claims => claims.Remove("auth_time");
        location = (await traveller.PostAsync(Open, Via(provider))).Text("location")!;
        (await traveller.ReturnAsync(Stand.Allow(location, ada))).IsFailed("provider_failed");

        Assert.Equal(0, await app.Store.CountAsync("grants"));
        Assert.Equal(0, await app.Store.CountAsync("fresh_logins"));
    }

    [Fact]
    [Meets("GH-SEC-177")]
    public async Task A_customer_who_takes_the_question_out_of_the_address_gets_nothing()
    {
        await traveller.ComeInAsync("facebook", ada);
        var location = (await traveller.PostAsync(Open, Via("facebook"))).Text("location")!;

        (await traveller.ReturnAsync(Stand.Allow(location.Replace("auth_nonce", "nonce", StringComparison.Ordinal), ada))).IsFailed("provider_failed");

        Assert.Equal(0, await app.Store.CountAsync("grants"));
    }

    [Fact]
    [Meets("GH-SEC-177")]
    public async Task Somebody_elses_login_does_not_do()
    {
        await traveller.ComeInAsync("google", ada);
        await new Traveller(app, Stand).ComeInAsync("google", new Somebody("another"));
        foreach (var who in (Somebody[])[new("another"), new("unknown", ada.Email)])
        {
            var location = (await traveller.PostAsync(Open, Via("google"))).Text("location")!;
            (await traveller.ReturnAsync(Stand.Allow(location, who))).IsFailed("wrong_identity");
        }

        Assert.Equal(0, await app.Store.CountAsync("grants"));
        Assert.Equal(2, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    public async Task A_way_that_is_not_the_accounts_and_no_session()
    {
        await traveller.ComeInAsync("google", ada);

        (await traveller.PostAsync(Open, Via("line"))).IsProblem(422, "invalid_input");
        (await traveller.PostAsync(Open, Via("jlinx"))).IsProblem(422, "invalid_input");
        (await traveller.PostAsync(Open, "{}")).IsProblem(400, "bad_request");
        (await traveller.PostAsync(Open, App.Json(("password", App.Password)))).IsProblem(401, "invalid_credentials");
        (await new Traveller(app, Stand).PostAsync(Open, Via("google"))).IsProblem(401, "unauthenticated");
    }

    [Fact]
    [Meets("GH-SEC-161")]
    public async Task Another_session_gets_no_grant_and_the_time_for_it_ends()
    {
        await traveller.ComeInAsync("google", ada);
        var elsewhere = new Traveller(app, Stand);
        await elsewhere.ComeInAsync("google", ada);
        var location = (await traveller.PostAsync(Open, Via("google"))).Text("location")!;
        (await traveller.ReturnAsync(Stand.Allow(location, ada))).LeadsTo();

        Assert.NotNull((await elsewhere.PostAsync(Open, Via("google"))).Text("location"));
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.NotNull((await traveller.PostAsync(Open, Via("google"))).Text("location"));
    }

    [Fact]
    [Meets("GH-SEC-180")]
    public async Task Of_sixteen_that_ask_at_once_one_gets_the_grant()
    {
        await traveller.ComeInAsync("google", ada);
        var location = (await traveller.PostAsync(Open, Via("google"))).Text("location")!;
        (await traveller.ReturnAsync(Stand.Allow(location, ada))).LeadsTo();

        var answers = await App.AtOnceAsync(16, _ => traveller.PostAsync(Open, Via("google")));

        Assert.Single(answers, answer => answer.Json.TryGetProperty("grant", out _));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    [Fact]
    [Meets("GH-SEC-161", "GH-SEC-177")]
    public async Task Who_stole_the_session_alone_gets_no_grant_of_the_owners_fresh_login()
    {
        await traveller.ComeInAsync("google", ada);
        var thief = new Traveller(app, Stand);
        traveller.CopyTo(thief, "gatehouse");
        var location = (await traveller.PostAsync(Open, Via("google"))).Text("location")!;
        (await traveller.ReturnAsync(Stand.Allow(location, ada))).LeadsTo();

        Assert.False((await thief.PostAsync(Open, Via("google"))).Json.TryGetProperty("grant", out _));
        Assert.True((await traveller.PostAsync(Open, Via("google"))).Json.TryGetProperty("grant", out _));
    }

    [Fact]
    [Meets("GH-SEC-177")]
    public async Task The_pages_fresh_login_leaves_nothing_for_a_program()
    {
        await traveller.ComeInAsync("google", ada);
        var page = await traveller.PostFormAsync("/auth/settings", ("action", "open_with"), ("via", "google"));

        var back = await traveller.ReturnAsync(Stand.Allow(page.LeadsTo(), ada));

        Assert.NotEmpty(back.Cookie("gatehouse-grant")!);
        Assert.Equal(0, await app.Store.CountAsync("fresh_logins"));
        Assert.Contains("Ways to log in", (await traveller.GetAsync("/auth/settings")).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-154", "GH-SEC-177")]
    public async Task A_password_that_was_set_meanwhile_ends_what_was_begun_before()
    {
        await traveller.ComeInAsync("google", ada);
        var grant = await traveller.OpenAsync("google", ada);
        var location = (await traveller.PostAsync(Open, Via("google"))).Text("location")!;
        (await traveller.PostAsync("/api/auth/account/password", App.Json(("password", App.Password)), grant)).IsOk();

        (await traveller.ReturnAsync(Stand.Allow(location, ada))).IsFailed("login_expired");

        Assert.Equal(0, await app.Store.CountAsync("grants"));
    }

    [Fact]
    public async Task It_leads_back_to_where_the_application_wants()
    {
        await traveller.ComeInAsync("google", ada);
        foreach (var (wanted, expected) in (( string, string)[])[("/my/settings", "/my/settings"), ("https://evil.example", "/auth/settings")])
        {
            var location = (await traveller.PostAsync(Open, App.Json(("via", "google"), ("return", wanted)))).Text("location")!;
            Assert.Equal(expected, (await traveller.ReturnAsync(Stand.Allow(location, ada))).LeadsTo());
            (await traveller.PostAsync(Open, Via("google"))).IsOk();
        }
    }

    [Fact]
    public async Task Who_has_no_email_adds_one_and_who_leaves_is_gone()
    {
        await traveller.ComeInAsync("line", ada);
        var grant = await traveller.OpenAsync("line", ada);
        (await traveller.PostAsync("/api/auth/account/email", App.Json(("email", "new@example.com")), grant)).IsOk();
        (await traveller.PostAsync($"/api/auth/account/email/{(await app.MailAsync("new@example.com")).Token}", null)).IsOk();
        grant = await traveller.OpenAsync("line", ada);
        Assert.Equal("new@example.com", (await traveller.GetAsync("/api/auth/account", grant)).Text("email"));

        (await traveller.DeleteAsync("/api/auth/account", grant)).IsOk();

        Assert.Equal(0, await app.Store.CountAsync("identities"));
        var (again, _) = await new Traveller(app, Stand).ComeInAsync("line", ada);
        Assert.Null(again.Text("account", "email"));
    }
}

public sealed class FreshLoginOnSqlite() : FreshLoginTests(StoreKind.Sqlite);

public sealed class FreshLoginOnPostgres() : FreshLoginTests(StoreKind.Postgres);
