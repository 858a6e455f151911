using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

public sealed class SettingsPagesOnSqlite(SharedOnSqlite shared) : SettingsPageTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class SettingsPagesOnPostgres(SharedOnPostgres shared) : SettingsPageTests(shared), IClassFixture<SharedOnPostgres>;

/// <summary>The settings by forms alone: what a customer without a script does.</summary>
public abstract class SettingsPageTests(SharedApp shared)
{
    private const string Path = "/auth/settings";
    private const string NewPassword = "a different long password";
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-038")]
    public async Task Whoever_is_logged_in_is_asked_for_the_password_again()
    {
        var browser = await LogInAsync();

        var ask = (await browser.GetAsync(Path)).IsPage();
        ask.Lacks("devices-heading");
        var wrong = (await browser.SubmitAsync(ask, ("password", "a wrong password"))).IsPage(401);
        Assert.Equal("This is not the password of the account.", wrong.ErrorOf("password"));
        var opened = await browser.SubmitAsync(ask, ("password", App.Password));

        Assert.Equal(Path, opened.Header("Location"));
        var grant = Assert.Single(opened.SetCookies, line => line.StartsWith("gatehouse-grant=", StringComparison.Ordinal));
        Assert.EndsWith("; max-age=600; path=/auth/settings; samesite=strict; httponly", grant, StringComparison.Ordinal);
        (await browser.FollowAsync(opened)).IsPage().Shows("devices-heading");
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        (await browser.GetAsync(Path)).IsPage().Lacks("devices-heading");
    }

    [Fact]
    public async Task A_guest_is_sent_to_the_login_and_comes_back()
    {
        await app.JoinAsync(email);
        var browser = new Browser(app);

        var sent = await browser.GetAsync(Path);
        Assert.Equal("/auth/login?return=%2Fauth%2Fsettings", sent.Header("Location"));
        var logIn = (await browser.FollowAsync(sent)).IsPage();

        Assert.Equal(Path, (await browser.SubmitAsync(logIn, ("email", email), ("password", App.Password))).Header("Location"));
        Assert.Equal("/auth/login?return=%2Fauth%2Fsettings", (await new Browser(app).PostAsync(Path, ("action", "delete"))).Header("Location"));
    }

    [Fact]
    public async Task Nothing_is_changed_without_a_grant()
    {
        var browser = await LogInAsync();
        foreach (var action in (string[])["username", "email", "password", "end_others", "delete"])
        {
            var refused = await browser.PostAsync(
                Path, ("action", action), ("username", "mallory"), ("email", "mallory@example.com"), ("password", NewPassword));
            refused.IsPage(403).Shows("ask for the password again");
        }

        (await app.LogInAsync(email)).IsOk();
    }

    [Fact]
    public async Task The_username_changes_and_a_taken_one_is_said_at_its_field()
    {
        var (browser, _) = await OpenAsync();
        var name = "s-" + email[..email.IndexOf('@')];

        var saved = await browser.PostAsync(Path, ("action", "username"), ("username", name));
        (await browser.FollowAsync(saved)).IsPage().Shows($"value=\"{name}\"");
        var refused = (await browser.PostAsync(Path, ("action", "username"), ("username", "admin"))).IsPage(422);

        Assert.NotNull(refused.ErrorOf("username"));
        refused.Shows("value=\"admin\"");
        (await app.PostAsync("/api/auth/login", App.Json(("username", name), ("password", App.Password)))).IsOk();
    }

    [Fact]
    public async Task The_password_changes_and_the_browser_stays_logged_in()
    {
        var (browser, _) = await OpenAsync();

        Assert.NotNull((await browser.PostAsync(Path, ("action", "password"), ("password", "short"))).IsPage(422).ErrorOf("password"));
        var changed = await browser.PostAsync(Path, ("action", "password"), ("password", NewPassword));

        (await browser.FollowAsync(changed)).IsPage().Shows("Your new password is set");
        (await browser.GetAsync("/")).IsPage().Shows(email);
        (await app.LogInAsync(email)).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(email, NewPassword)).IsOk();
    }

    [Fact]
    public async Task The_email_changes_by_the_link_and_the_old_address_takes_it_back()
    {
        var next = App.NewEmail();
        var (browser, _) = await OpenAsync();
        await app.MailsSettledAsync();
        Assert.NotNull((await browser.PostAsync(Path, ("action", "email"), ("email", "nonsense"))).IsPage(422).ErrorOf("email"));
        var asked = await browser.PostAsync(Path, ("action", "email"), ("email", next));
        (await browser.FollowAsync(asked)).IsPage().Shows("Nothing changes before");
        var link = await app.MailAsync(next);
        await app.MailsSettledAsync();
        var seen = await app.TickAsync(email);

        // Whoever opens the link does nothing yet: mail scanners do so too.
        var page = (await browser.GetAsync(link.Path())).IsPage();
        (await browser.GetAsync(link.Path())).IsPage();
        page.Shows("data-place=\"/auth/settings\"");
        var used = await browser.SubmitAsync(page);
        (await browser.FollowAsync(used)).IsPage().Shows(next);
        (await browser.GetAsync(link.Path())).IsPage(410).Shows("Ask again in your settings");

        var undo = (await app.MailAsync(email, seen)).Path();
        var takeBack = (await new Browser(app).GetAsync(undo)).IsPage();
        var taken = await new Browser(app).SubmitAsync(takeBack);
        (await new Browser(app).FollowAsync(taken)).IsPage().Shows("The old address is your account&#x27;s again");
        (await new Browser(app).GetAsync(undo)).IsPage(410);
        (await browser.GetAsync("/")).IsPage().Shows("Log in");
        (await app.LogInAsync(email)).IsOk();
    }

    [Fact]
    public async Task Other_devices_are_listed_in_plain_words_and_logged_out()
    {
        var (browser, alice) = await OpenAsync();
        var phone = await app.LogInAsync(email, App.Password, ("User-Agent", "<b>evil</b> Firefox (Android)"));
        phone.IsOk();

        var page = (await browser.GetAsync(Path)).IsPage();
        page.Shows("Log out Firefox on Android");
        page.Lacks("evil");
        page.Shows("<strong>This device</strong>");
        var ended = await browser.PostAsync(Path, ("action", "end"), ("session", phone.Text("session", "id")!));
        (await browser.FollowAsync(ended)).IsPage().Lacks("Log out Firefox on Android");
        var others = await browser.PostAsync(Path, ("action", "end_others"));

        (await browser.FollowAsync(others)).IsPage();
        Assert.Equal(1, await app.Store.CountAsync($"sessions WHERE account_id = '{alice.AccountId}'"));
    }

    [Fact]
    public async Task The_account_is_deleted_and_the_browser_a_guest()
    {
        var (browser, alice) = await OpenAsync();

        var mistyped = await browser.PostAsync(Path, ("action", "delete"), ("email", "somebody@example.com"));
        Assert.NotNull(mistyped.IsPage(422).ErrorOf("delete-email"));
        Assert.Equal(1, await app.Store.CountAsync($"accounts WHERE id = '{alice.AccountId}'"));
        var deleted = await browser.PostAsync(Path, ("action", "delete"), ("email", $" {email.ToUpperInvariant()} "));

        (await browser.FollowAsync(deleted)).IsPage().Shows("Your account is deleted");
        Assert.False(browser.HasSession);
        Assert.Equal(0, await app.Store.CountAsync($"accounts WHERE id = '{alice.AccountId}'"));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("end")]
    public async Task What_is_none_of_its_forms_changes_nothing(string action)
    {
        var (browser, _) = await OpenAsync();

        (await browser.PostAsync(Path, ("action", action))).IsPage(400);
    }

    [Fact]
    [Meets("GH-SEC-096")]
    public async Task A_form_of_another_site_is_refused()
    {
        var (browser, alice) = await OpenAsync();

        (await browser.PostRawAsync(Path, "action=delete", headers: ("Sec-Fetch-Site", "cross-site"))).IsPage(403);

        Assert.Equal(1, await app.Store.CountAsync($"accounts WHERE id = '{alice.AccountId}'"));
    }

    private async Task<Browser> LogInAsync()
    {
        await app.JoinAsync(email);
        var browser = new Browser(app);
        await browser.SubmitAsync(await browser.GetAsync("/auth/login"), ("email", email), ("password", App.Password));
        Assert.True(browser.HasSession);
        return browser;
    }

    private async Task<(Browser Browser, Person Alice)> OpenAsync()
    {
        var alice = await app.JoinAsync(email);
        var browser = new Browser(app);
        await browser.SubmitAsync(await browser.GetAsync("/auth/login"), ("email", email), ("password", App.Password));
        await browser.SubmitAsync(await browser.GetAsync(Path), ("password", App.Password));
        return (browser, alice);
    }
}
