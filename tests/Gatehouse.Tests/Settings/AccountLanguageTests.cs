using Gatehouse.Tests.Pages;
using Gatehouse.Tests.Support;
using Gatehouse.Texts;

namespace Gatehouse.Tests.Settings;

/// <summary>A customer is written to in the language they signed up in, until they choose another.</summary>
public abstract class AccountLanguageTests(SharedApp shared)
{
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    public async Task Mails_come_in_the_language_of_the_sign_up()
    {
        await SignUpAsync(("Accept-Language", "fr, de-AT;q=0.8, en;q=0.5"));

        var mail = await app.MailAsync(email);
        (await app.VerifyAsync(mail.Token)).IsOk();
        Assert.Equal(Subject("de", "mail.verify.subject"), mail.Subject);
        await app.ForgetPasswordAsync(email);
        Assert.Equal(Subject("de", "mail.reset.subject"), (await app.MailsAsync(email))[0].Subject);
    }

    [Fact]
    public async Task Who_signs_up_again_is_written_to_in_the_language_of_the_account()
    {
        await SignUpAsync(("Accept-Language", "es"));
        (await app.VerifyAsync((await app.MailAsync(email)).Token)).IsOk();

        var seen = await app.TickAsync(email);
        await SignUpAsync(("Accept-Language", "ja"));

        Assert.Equal(Subject("es", "mail.account_exists.subject"), (await app.MailAsync(email, seen)).Subject);
    }

    [Fact]
    public async Task A_page_signs_up_in_the_language_it_is_shown_in()
    {
        var browser = new Browser(app);

        var page = await browser.GetAsync("/auth/signup?lng=ar");
        await browser.SubmitAsync(page, ("email", email), ("password", App.Password), ("displayname", ""));

        Assert.Equal(Subject("ar", "mail.verify.subject"), (await app.MailAsync(email)).Subject);
    }

    [Fact]
    public async Task Nothing_is_known_of_whom_nobody_asked()
    {
        var alice = await app.JoinAsync(email);

        var account = await alice.GetAsync("/api/auth/account", await alice.OpenAsync());

        Assert.Null(account.Text("language"));
        Assert.Equal(Subject("en", "mail.verify.subject"), (await app.MailsAsync(email))[^1].Subject);
    }

    [Fact]
    public async Task The_owner_chooses_another_and_the_last_mail_keeps_to_it()
    {
        var alice = await app.JoinAsync(email);
        var grant = await alice.OpenAsync();

        var changed = await alice.SendAsync(HttpMethod.Patch, "/api/auth/account", App.Json(("language", "ZH-tw")), grant);

        changed.IsOk();
        Assert.Equal("zh-TW", changed.Text("language"));
        Assert.Contains("Language  zh-TW", (await Operator.Of(app).RunAsync("account", "show", email)).Ended(0).Out, StringComparison.Ordinal);
        var seen = await app.TickAsync(email);
        (await alice.SendAsync(HttpMethod.Delete, "/api/auth/account", null, grant)).IsOk();
        Assert.Equal(Subject("zh-TW", "mail.good_bye.subject"), (await app.MailAsync(email, seen)).Subject);
    }

    [Theory]
    [InlineData("fr")]
    [InlineData("de-AT")]
    [InlineData("")]
    public async Task A_language_that_is_none_of_ours_is_refused_and_nothing_changed(string tag)
    {
        var alice = await app.JoinAsync(email);
        var grant = await alice.OpenAsync();

        var refused = await alice.SendAsync(
            HttpMethod.Patch, "/api/auth/account", App.Json(("language", tag), ("username", "u" + alice.AccountId[^12..])), grant);

        refused.IsProblem(422, "invalid_input");
        Assert.Equal("This is none of the languages of this site.", refused.Json.GetProperty("errors").GetProperty("language")[0].GetString());
        var account = await alice.GetAsync("/api/auth/account", grant);
        Assert.Null(account.Text("language"));
        Assert.Null(account.Text("username"));
    }

    [Fact]
    public async Task The_settings_page_changes_it_for_mails_and_pages()
    {
        var alice = await app.JoinAsync(email);
        var browser = new Browser(app);
        await browser.SubmitAsync(await browser.GetAsync("/auth/login"), ("email", email), ("password", alice.Password));
        await browser.SubmitAsync(await browser.GetAsync("/auth/settings"), ("password", alice.Password));

        var saved = await browser.PostAsync("/auth/settings", ("action", "language"), ("language", "ja"));
        var page = await browser.FollowAsync(saved);

        page.Shows("<html lang=\"ja\" dir=\"ltr\">");
        page.Shows("<option value=\"ja\" lang=\"ja\" selected>日本語</option>");
        page.Shows("<option value=\"en\" lang=\"en\">English</option>");
        (await browser.GetAsync("/auth/users")).Shows("<html lang=\"ja\" dir=\"ltr\">");
        Assert.Equal("ja", (await alice.GetAsync("/api/auth/account", await alice.OpenAsync())).Text("language"));
        var refused = await browser.PostAsync("/auth/settings", ("action", "language"), ("language", "xx&note=cookies"));
        refused.IsPage(422);
        refused.Shows("id=\"language-error\"");
    }

    [Fact]
    public async Task The_name_to_type_may_be_copied_from_a_page_written_from_right_to_left()
    {
        var alice = await app.JoinAsync(email);
        var browser = new Browser(app);
        await browser.SubmitAsync(await browser.GetAsync("/auth/login?lng=ar"), ("email", email), ("password", alice.Password));
        await browser.SubmitAsync(await browser.GetAsync("/auth/settings"), ("password", alice.Password));

        var deleted = await browser.PostAsync("/auth/settings", ("action", "delete"), ("email", $" \u2068{email}\u2069"));

        (await browser.FollowAsync(deleted)).Shows("<html lang=\"ar\" dir=\"rtl\">");
        (await app.LogInAsync(email)).IsProblem(401, "invalid_credentials");
    }

    private async Task SignUpAsync(params (string Name, string Value)[] headers) => (await app.PostAsync(
        "/api/auth/signup", App.Json(("email", email), ("password", App.Password)), headers)).IsOk();

    private static string Subject(string tag, string key) =>
        English.Catalogue.In(Language.Named(tag)).Say(new Phrase(key, ("site", "Gatehouse")));
}

public sealed class AccountLanguageOnSqliteTests(SharedOnSqlite shared) : AccountLanguageTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class AccountLanguageOnPostgresTests(SharedOnPostgres shared) : AccountLanguageTests(shared), IClassFixture<SharedOnPostgres>;
