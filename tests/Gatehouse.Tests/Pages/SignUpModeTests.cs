using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

public sealed class SignUpModeTests
{
    private const string Email = "alice@example.com";

    [Fact]
    public async Task A_closed_sign_up_says_so_and_is_not_offered()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("SignUp:Mode", "Closed"));
        var browser = new Browser(app);

        (await browser.GetAsync("/auth/signup")).IsPage(403);
        (await browser.PostAsync("/auth/signup", ("email", Email), ("password", App.Password))).IsPage(403);

        foreach (var path in new[] { "/", "/auth/login" })
            (await browser.GetAsync(path)).IsPage().Lacks("/auth/signup");
    }

    [Fact]
    [Meets("GH-SEC-192")]
    public async Task An_invite_is_asked_for_where_one_is_needed()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("SignUp:Mode", "InviteOnly"));
        var browser = new Browser(app);

        (await browser.GetAsync("/auth/signup")).IsPage().Shows("<input id=\"invite\"");
        var page = (await browser.PostAsync("/auth/signup", ("email", Email), ("password", App.Password))).IsPage(403);

        page.Shows("role=\"alert\"");
    }

    [Fact]
    [Meets("GH-SEC-135")]
    public async Task An_invite_in_the_address_goes_along_unseen_and_leaves_the_address_bar()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var browser = new Browser(app);

        var page = (await browser.GetAsync("/auth/signup?invite=the%22invite")).IsPage();

        page.Shows("<input type=\"hidden\" name=\"invite\" value=\"the&quot;invite\">");
        page.Shows("data-place=\"/auth/signup\"");
        var refused = (await browser.SubmitAsync(page, ("email", Email), ("password", App.Password))).IsPage(403);
        refused.Shows("<input id=\"invite\" name=\"invite\" type=\"text\"");
    }

    [Fact]
    [Meets("GH-SEC-134")]
    public async Task Without_a_password_to_ask_for_there_is_one_button_to_confirm()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("Verification:AskPassword", "false"));
        var token = await app.SignUpAsync(Email);
        var browser = new Browser(app);

        var page = (await browser.GetAsync($"/auth/mail/verify/{token}")).IsPage();
        page.Lacks("<input");
        var confirmed = await browser.SubmitAsync(page);

        Assert.Equal("/auth/login?note=confirmed", confirmed.Header("Location"));
        Assert.False(browser.HasSession);
        Assert.Equal(0, await app.Store.CountAsync("sessions"));
        (await browser.SubmitAsync(page)).IsPage(410);
    }

    [Fact]
    [Meets("GH-SEC-133")]
    public async Task Looking_at_a_link_changes_nothing_under_either_address()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var token = await app.SignUpAsync(Email);
        var browser = new Browser(app);

        foreach (var path in new[] { $"/invite?confirmation={token}", $"/auth/mail/verify/{token}" })
        {
            var page = (await browser.GetAsync(path)).IsPage();
            Assert.Empty(page.SetCookies);
            page.Shows("data-place=\"/auth/mail/verify\"");
            Assert.Equal(HttpStatusCode.OK, (await app.SendAsync(HttpMethod.Head, path, null)).Status);
        }
        Assert.Equal(1, await app.Store.CountAsync("one_time_links"));
        Assert.Null(await app.Store.AskAsync("SELECT id FROM accounts WHERE verified_at IS NOT NULL"));

        var done = await browser.PostAsync($"/invite?confirmation={token}", ("user_name", "A"), ("password", App.Password));
        Assert.Equal("/", done.Header("Location"));
    }

    [Theory]
    [InlineData("/invite")]
    [InlineData("/invite?confirmation=nonsense")]
    [InlineData("/auth/mail/verify/nonsense")]
    public async Task A_bad_link_shows_the_way_to_sign_up_again(string path)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var browser = new Browser(app);

        var looked = (await browser.GetAsync(path)).IsPage(410);
        var posted = (await browser.PostAsync(path, ("user_name", "A"), ("password", App.Password))).IsPage(410);

        looked.Shows("href=\"/auth/signup\"");
        Assert.Equal(looked.Body, posted.Body);
    }

    [Fact]
    public async Task A_link_is_good_until_the_moment_it_expires()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var token = await app.SignUpAsync(Email);
        var browser = new Browser(app);

        app.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        (await browser.GetAsync($"/auth/mail/verify/{token}")).IsPage();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await browser.GetAsync($"/auth/mail/verify/{token}")).IsPage(410);
    }

    [Fact]
    public async Task A_username_that_was_taken_in_the_meantime_is_told_of()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.PostAsync("/api/auth/signup", App.Json(("email", Email), ("password", App.Password), ("username", "ally")));
        var path = (await app.MailAsync(Email)).Path();
        await app.JoinAsync("other@example.com");
        await app.Store.AskAsync(
            "UPDATE accounts SET username = 'ally', username_key = 'ally' WHERE email_key = 'other@example.com'");
        var browser = new Browser(app);

        var home = await browser.FollowAsync(
            await browser.PostAsync(path, ("user_name", "Alice"), ("password", App.Password)));

        home.IsPage().Shows("was taken in the meantime");
    }
}
