using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

/// <summary>Where pages lead to, and what they take along.</summary>
public sealed class WayOnTests : IAsyncLifetime
{
    private const string Email = "alice@example.com";
    private App app = null!;

    public async Task InitializeAsync() => app = await App.StartAsync(StoreKind.Sqlite);

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [Meets("GH-SEC-221")]
    [InlineData("//evil.example/x")]
    [InlineData("///evil.example/x")]
    [InlineData("/%5Cevil.example/x")]
    [InlineData("/\\evil.example/x")]
    public async Task No_address_makes_a_page_of_ours_link_to_another_site(string address)
    {
        using var raw = await app.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(app.Http.BaseAddress!, ".").GetLeftPart(UriPartial.Authority) + address)
        {
            Headers = { { "Accept", "text/html" } },
        });
        var page = await Answer.ReadAsync(raw);

        page.Lacks("href=\"//");
        page.Lacks("href=\"/\\");
        page.Lacks("href=\"http");
    }

    [Fact]
    public async Task Our_script_is_told_where_to_go_and_goes_there_itself()
    {
        await app.JoinAsync(Email);
        var browser = new Browser(app);

        var answer = await browser.PostRawAsync("/auth/login",
            Browser.Encode(("email", Email), ("password", App.Password), ("return", "/app#inbox")),
            "application/x-www-form-urlencoded", ("Sec-Fetch-Site", "same-origin"), ("Gatehouse-Next", "1"));

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Equal("/app#inbox", answer.Header("Gatehouse-Next"));
        Assert.Null(answer.Header("Location"));
        Assert.True(browser.HasSession);
    }

    [Fact]
    public async Task A_browser_that_keeps_no_cookies_is_told_so_and_is_not_logged_in()
    {
        await app.JoinAsync(Email);
        var page = (await new Browser(app).GetAsync("/auth/login?return=/news")).IsPage();

        var answer = await new Browser(app).SubmitAsync(page, ("email", Email), ("password", App.Password));

        Assert.Equal("/auth/login?return=%2Fnews&note=cookies", answer.Header("Location"));
        Assert.Equal(1, await app.Store.CountAsync("sessions"));
        (await new Browser(app).FollowAsync(answer)).IsPage().Shows("keeps no cookies");
    }

    [Fact]
    public async Task Who_is_logged_in_already_is_shown_the_way_on()
    {
        var browser = await LogInAsync();

        (await browser.GetAsync("/auth/login?return=/news")).IsPage().Shows("<a href=\"/news\">Go on</a>");
        (await browser.GetAsync("/auth/done")).IsPage();
        Assert.Equal("/auth/login", (await new Browser(app).GetAsync("/auth/done")).Header("Location"));
    }

    [Fact]
    public async Task Adding_a_user_keeps_the_way_back()
    {
        var browser = await LogInAsync();
        var page = (await browser.GetAsync("/auth/users?return=/news")).IsPage();

        var added = await browser.SubmitAsync(page, ("name", "Bob"), ("password", App.Password));

        Assert.Equal("/auth/users?return=%2Fnews&note=user_added", added.Header("Location"));
        Assert.Equal("/auth/login?return=%2Fauth%2Fusers%3Freturn%3D%252Fnews",
            (await new Browser(app).GetAsync("/auth/users?return=/news")).Header("Location"));
    }

    [Fact]
    public async Task Another_language_keeps_the_way_back_also_after_a_refusal()
    {
        var browser = new Browser(app);

        var shown = (await browser.GetAsync("/auth/login?return=/news")).IsPage();
        var refused = (await browser.PostAsync("/auth/login", ("email", Email), ("password", "x"), ("return", "/news"))).IsPage(401);

        Assert.All([shown, refused], page => page.Shows("href=\"/auth/login?return=%2Fnews&amp;lng=de\""));
    }

    [Fact]
    public async Task An_old_address_takes_its_language_along()
    {
        var browser = new Browser(app);

        var answer = await browser.GetAsync("/auth/?passwd-reset&lng=de");

        (await browser.FollowAsync(answer)).IsPage().Shows("<html lang=\"de\"");
    }

    private async Task<Browser> LogInAsync()
    {
        await app.JoinAsync(Email);
        var browser = new Browser(app);
        Assert.Equal("/", (await browser.PostAsync("/auth/login", ("email", Email), ("password", App.Password))).Header("Location"));
        return browser;
    }
}
