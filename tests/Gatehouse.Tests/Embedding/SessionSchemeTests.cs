using System.Globalization;
using System.Net;
using System.Security.Claims;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Embedding;

/// <summary>What an application's own endpoints learn of the caller, and what a caller without a session is told.</summary>
public sealed class SessionSchemeTests(EmbeddedOnSqlite shared) : IClassFixture<EmbeddedOnSqlite>
{
    private const string EvilOrigin = "https://evil.example";
    private static readonly (string, string) Html = ("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");

    private App App => shared.App;

    [Fact]
    public async Task A_session_cookie_opens_a_guarded_endpoint()
    {
        var person = await JoinAsync();

        var answer = await person.GetAsync("/guarded");

        answer.IsOk();
        Assert.Equal("Hello, Alice.", answer.Body);
        Assert.Empty(answer.SetCookies);
    }

    [Fact]
    public async Task A_bearer_opens_it_too_and_the_answer_carries_the_next_token()
    {
        var token = await (await JoinAsync()).TakeTokenAsync();

        var answer = await App.GetAsync("/guarded", App.Bearer(token));

        answer.IsOk();
        Assert.Equal("Hello, Alice.", answer.Body);
        Assert.Single(answer.Headers["GN-Access-Token"], sent => sent == token);
    }

    [Fact]
    public async Task The_renewed_token_of_an_old_one_comes_with_an_own_endpoints_answer()
    {
        var token = await (await JoinAsync()).TakeTokenAsync();
        App.Clock.Advance(TimeSpan.FromMinutes(2));

        var renewed = (await App.GetAsync("/open", App.Bearer(token))).Header("GN-Access-Token");

        Assert.NotEqual(token, renewed, StringComparer.Ordinal);
        (await App.GetAsync("/guarded", App.Bearer(renewed!))).IsOk();
    }

    [Fact]
    public async Task Without_credentials_it_is_the_problem_that_our_own_endpoints_have()
    {
        var own = await App.GetAsync("/guarded");
        var ours = await App.GetAsync("/api/auth/session");

        own.IsProblem(401, "unauthenticated");
        Assert.Equal("Bearer", own.Header("WWW-Authenticate"));
        Assert.Equal(ours.Body, own.Body);
    }

    [Fact]
    public async Task A_bad_bearer_is_refused_beside_a_good_cookie()
    {
        var person = await JoinAsync();

        var answer = await person.GetAsync("/guarded", App.Bearer("no.such.token"));

        answer.IsProblem(401, "invalid_token");
        Assert.Equal("Bearer error=\"invalid_token\"", answer.Header("WWW-Authenticate"));
        Assert.Equal("Hello, guest.", (await person.GetAsync("/open", App.Bearer("no.such.token"))).Body);
    }

    [Fact]
    public async Task Two_authorizations_are_refused()
    {
        var token = await (await JoinAsync()).TakeTokenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/guarded");
        request.Headers.TryAddWithoutValidation("Authorization", ["Bearer " + token, "Bearer " + token]);

        using var response = await App.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task An_open_endpoint_knows_who_is_there_too()
    {
        var person = await JoinAsync();

        Assert.Equal("Hello, Alice.", (await person.GetAsync("/open")).Body);
        Assert.Equal("Hello, guest.", (await App.GetAsync("/open")).Body);
    }

    [Fact]
    public async Task A_session_that_has_ended_is_nobodys_and_its_cookie_is_cleared()
    {
        var person = await JoinAsync();
        (await person.PostAsync("/api/auth/logout", null)).IsOk();

        var answer = await person.GetAsync("/guarded");

        answer.IsProblem(401, "unauthenticated");
        Assert.Equal("", answer.Cookie("gatehouse"));
    }

    [Fact]
    public async Task The_claims_are_these()
    {
        var person = await JoinAsync();
        var authTime = DateTimeOffset.Parse(
            person.Session.GetProperty("session").GetProperty("created_at").GetString()!, CultureInfo.InvariantCulture).ToUnixTimeSeconds();

        var claims = (await person.GetAsync("/claims")).Body;

        Assert.Equal($"""
            {ClaimTypes.NameIdentifier}={person.AccountId}
            {ClaimTypes.Name}=Alice
            {ClaimTypes.Email}={person.Email}
            sid={person.SessionId}
            user_id={person.UserId}
            auth_time={authTime}
            amr=pwd
            """, claims);
        Assert.Equal($"{person.AccountId} {person.UserId} {person.SessionId}", (await person.GetAsync("/ids")).Body);
        Assert.Equal("  ", (await App.GetAsync("/ids")).Body);
    }

    [Fact]
    public async Task Without_a_selected_user_the_name_is_the_accounts()
    {
        var person = await JoinAsync();
        (await person.SendAsync(HttpMethod.Patch, "/api/auth/session", """{"user_id":null}""")).IsOk();

        Assert.Equal($"Hello, {person.Email}.", (await person.GetAsync("/guarded")).Body);
        Assert.DoesNotContain("user_id=", (await person.GetAsync("/claims")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_is_told_so()
    {
        var person = await JoinAsync();

        (await person.GetAsync("/staff")).IsProblem(403, "forbidden");
        var page = await person.GetAsync("/staff", Html);

        Assert.Equal(HttpStatusCode.Forbidden, page.Status);
        Assert.StartsWith("text/html", page.Header("Content-Type"), StringComparison.Ordinal);
        Gatehouse.Tests.Http.SecurityHeadersTests.AssertGuarded(await person.GetAsync("/staff"));
    }

    [Theory]
    [InlineData("Accept", "text/html,*/*;q=0.8")]
    [InlineData("Sec-Fetch-Mode", "navigate")]
    public async Task A_browser_that_opens_a_guarded_address_is_led_to_the_login_page(string header, string value)
    {
        var answer = await App.GetAsync("/guarded?year=2030&x=%2F", (header, value));

        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.Equal("/auth/login?return=%2Fguarded%3Fyear%3D2030%26x%3D%252F", answer.Header("Location"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Fact]
    public async Task After_the_login_the_browser_is_where_it_wanted_to_be()
    {
        var person = await JoinAsync();
        var browser = new Pages.Browser(App);
        var login = await browser.FollowAsync(await browser.GetAsync("/guarded"));

        var back = await browser.SubmitAsync(login, ("email", person.Email), ("password", person.Password));

        Assert.Equal("Hello, Alice.", (await browser.FollowAsync(back)).Body);
    }

    [Fact]
    public async Task A_script_a_form_and_an_api_client_are_not_led_anywhere()
    {
        (await App.GetAsync("/guarded", Html, ("Sec-Fetch-Mode", "cors"))).IsProblem(401, "unauthenticated");
        (await App.PostAsync("/guarded", null, Html)).IsProblem(401, "unauthenticated");
        (await App.GetAsync("/guarded", Html, App.Bearer("x.y.z"))).IsProblem(401, "invalid_token");
    }

    [Fact]
    public async Task A_post_from_another_site_is_not_the_customers()
    {
        var person = await JoinAsync();

        foreach (var from in ((string, string)[])[("Origin", EvilOrigin), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "null")])
        {
            (await person.PostAsync("/guarded", null, from)).IsProblem(403, "cross_origin");
            Assert.Equal("Hello, guest.", (await person.PostAsync("/open", null, from)).Body);
        }
        Assert.Equal("Hello, Alice.", (await person.PostAsync("/guarded", null, ("Sec-Fetch-Site", "same-origin"))).Body);
        Assert.Equal("Hello, Alice.", (await person.PostAsync("/guarded", null)).Body);
    }

    [Fact]
    public async Task A_page_elsewhere_may_use_a_bearer()
    {
        var token = await (await JoinAsync()).TakeTokenAsync();

        (await App.PostAsync("/guarded", null, App.Bearer(token), ("Origin", EvilOrigin))).IsOk();
    }

    [Fact]
    public async Task A_page_elsewhere_may_not_open_a_web_socket_with_the_customers_cookie()
    {
        var person = await JoinAsync();
        (string, string)[] upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Origin", EvilOrigin)];

        (await person.GetAsync("/guarded", upgrade)).IsProblem(403, "cross_origin");
        (await person.GetAsync("/api/auth/session", upgrade)).IsProblem(403, "cross_origin");
        (await person.GetAsync("/guarded", ("Origin", EvilOrigin))).IsOk(); // reading is what CORS is for
    }

    [Fact]
    public void The_ids_are_read_from_our_own_identity_alone()
    {
        var stranger = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "x"), new("sid", "y")], "Other"));

        Assert.Null(stranger.GetAccountId());
        Assert.Null(stranger.GetSessionId());
        Assert.Null(stranger.GetUserId());
    }

    private Task<Person> JoinAsync() => App.JoinAsync(App.NewEmail());
}
