using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

/// <summary>A form that is refused comes back with its status, the sentence beside the field, and without the password.</summary>
public sealed class RefusalTests
{
    private const string Email = "alice@example.com";
    private const string Typed = "not-the-password-7319";

    [Theory]
    [InlineData("no address", App.Password, 422, "email")]
    [InlineData("", App.Password, 400, "email")]
    [InlineData(Email, "short", 422, "password")]
    [InlineData(Email, "", 422, "password")]
    public async Task A_sign_up_is_refused_beside_its_field(string email, string password, int status, string field)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var browser = new Browser(app);

        var page = await browser.PostAsync("/auth/signup", ("email", email), ("password", password), ("displayname", "Kept"));

        page.IsPage(status);

        Assert.NotNull(page.ErrorOf(field));
        page.Shows("value=\"Kept\"");
        page.Shows("<title>Error: Sign up");
        page.Lacks(App.Password);
        Assert.Equal(0, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    public async Task A_wrong_login_keeps_the_name_and_drops_the_password()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync(Email);
        var browser = new Browser(app);

        var page = await browser.PostAsync("/auth/login", ("email", Email), ("password", Typed), ("return", "/a?b=1"));

        page.IsPage(401);

        page.Shows("role=\"alert\">The email, username or password is wrong.");
        page.Shows($"value=\"{Email}\"");
        page.Shows("name=\"return\" value=\"/a?b=1\"");
        page.Lacks(Typed);
        Assert.False(browser.HasSession);
    }

    [Fact]
    public async Task A_login_without_a_password_says_what_is_missing()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        var page = (await new Browser(app).PostAsync("/auth/login", ("email", Email))).IsPage(400);

        Assert.Equal("This is missing.", page.ErrorOf("password"));
    }

    [Fact]
    public async Task A_login_before_the_confirmation_shows_the_way_to_another_mail()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.SignUpAsync(Email);

        var page = (await new Browser(app).PostAsync("/auth/login", ("email", Email), ("password", App.Password))).IsPage(403);

        page.Shows("href=\"/auth/mail/verify\"");
    }

    [Fact]
    [Meets("GH-SEC-053")]
    public async Task Too_many_logins_are_refused_with_the_time_to_wait()
    {
        await using var app = await App.StartAsync(
            StoreKind.Sqlite, ("RateLimits:Enabled", "true"), ("RateLimits:LoginSource:Permits", "1"));
        var browser = new Browser(app);
        await browser.PostAsync("/auth/login", ("email", Email), ("password", Typed));

        var page = (await browser.PostAsync("/auth/login", ("email", Email), ("password", Typed))).IsPage(429);

        Assert.NotNull(page.Header("Retry-After"));
        page.Shows("role=\"alert\"");
    }

    [Fact]
    public async Task A_wrong_password_at_the_confirmation_keeps_the_name_and_the_link()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var token = await app.SignUpAsync(Email);
        var browser = new Browser(app);

        var page = (await browser.PostAsync($"/auth/mail/verify/{token}", ("user_name", "Ann"), ("password", Typed))).IsPage(401);

        Assert.NotNull(page.ErrorOf("password"));
        page.Shows("value=\"Ann\"");
        page.Lacks(Typed);
        Assert.Equal("/", (await browser.SubmitAsync(page, ("user_name", "Ann"), ("password", App.Password))).Header("Location"));
    }

    [Fact]
    public async Task A_user_is_not_added_with_a_wrong_password_or_a_bad_name()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync(Email);
        var browser = new Browser(app);
        await browser.PostAsync("/auth/login", ("email", Email), ("password", App.Password));

        var wrong = (await browser.PostAsync("/auth/users", ("name", "Bob"), ("password", Typed))).IsPage(401);
        var unnamed = (await browser.PostAsync("/auth/users", ("name", "\u0007"), ("password", App.Password))).IsPage(422);

        Assert.NotNull(wrong.ErrorOf("password"));
        wrong.Shows("<details open>");
        wrong.Shows("value=\"Bob\"");
        wrong.Lacks(Typed);
        Assert.NotNull(unnamed.ErrorOf("name"));
        Assert.Equal(1, await app.Store.CountAsync("users"));
    }

    [Fact]
    [Meets("GH-SEC-198")]
    public async Task Another_accounts_user_can_not_be_chosen()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var alice = await app.JoinAsync(Email);
        await app.JoinAsync("bob@example.com");
        var browser = new Browser(app);
        await browser.PostAsync("/auth/login", ("email", "bob@example.com"), ("password", App.Password));

        (await browser.PostAsync("/auth/users", ("user_id", alice.UserId))).IsPage(404);
    }

    [Fact]
    public async Task Guests_are_sent_to_log_in_and_back()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync(Email);
        var browser = new Browser(app);

        var logIn = await browser.FollowAsync(await browser.GetAsync("/auth/users"));
        var posted = await browser.PostAsync("/auth/users", ("user_id", "x"));
        Assert.Equal("/auth/login?return=%2Fauth%2Fusers", posted.Header("Location"));

        var back = await browser.SubmitAsync(logIn, ("email", Email), ("password", App.Password));
        Assert.Equal("/auth/users", back.Header("Location"));
    }

    [Fact]
    public async Task A_weak_new_password_is_refused_and_the_link_stays_good()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync(Email);
        var browser = new Browser(app);
        await browser.PostAsync("/auth/passwd", ("email", Email));
        var path = (await app.ResetMailAsync(Email)).Path();

        var page = (await browser.PostAsync(path, ("password", "short"))).IsPage(422);

        Assert.NotNull(page.ErrorOf("password"));
        Assert.Equal("/auth/login?note=password_changed",
            (await browser.SubmitAsync(page, ("password", "a different long password"))).Header("Location"));
        (await browser.GetAsync(path)).IsPage(410);
        (await browser.PostAsync(path, ("password", "one more long password"))).IsPage(410);
    }

    [Fact]
    [Meets("GH-SEC-003")]
    public async Task Resend_and_recovery_say_the_same_for_every_address()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync(Email);
        var browser = new Browser(app);

        foreach (var path in new[] { "/auth/mail/verify", "/auth/passwd" })
        {
            var known = await browser.PostAsync(path, ("email", Email));
            var unknown = await browser.PostAsync(path, ("email", "nobody@example.com"));
            Assert.Equal(known.Header("Location"), unknown.Header("Location"));
            Assert.NotNull((await browser.PostAsync(path, ("email", "n o"))).IsPage(422).ErrorOf("email"));
        }
        await app.MailsSettledAsync();
        Assert.Empty(await app.MailsAsync("nobody@example.com"));
    }
}
