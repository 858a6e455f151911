using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

/// <summary>What customers call themselves and type is text, wherever a page shows it.</summary>
public sealed class HostileNameTests
{
    private const string Email = "alice@example.com";

    [Theory]
    [Meets("GH-SEC-206", "GH-SEC-242")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onfocus='alert(1)")]
    [InlineData("</title><script>x</script>")]
    [InlineData("&lt;b&gt; & \"quotes\" `ticks`")]
    [InlineData("{{7*7}} ${7*7}")]
    [InlineData("שָׂרָה אבו")]
    public async Task A_name_is_shown_as_it_is_and_is_never_markup(string name)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var browser = new Browser(app);
        var signUp = await browser.GetAsync("/auth/signup");
        await browser.SubmitAsync(signUp, ("email", Email), ("password", App.Password), ("displayname", name));
        var mail = await app.MailAsync(Email);

        var verify = (await browser.GetAsync(mail.Path())).IsPage();
        IsText(name, verify, "value=\"", "\"");
        var home = await browser.FollowAsync(await browser.SubmitAsync(verify, ("user_name", name), ("password", App.Password)));
        IsText(name, home.IsPage(), "<bdi>", "</bdi>");
        IsText(name, (await browser.GetAsync("/auth/users")).IsPage(), "<bdi>", "</bdi>");
    }

    [Theory]
    [Meets("GH-SEC-230")]
    [InlineData("\"><script>alert(1)</script>")]
    [InlineData("\u202e<b>' \"")]
    [InlineData("\0\u0001\ufffe")]
    public async Task What_was_typed_comes_back_encoded(string typed)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        var page = await new Browser(app).PostAsync("/auth/login", ("email", typed), ("password", App.Password));

        page.IsPage(401).Lacks("<script>");
        page.Lacks("<b>");
        Assert.DoesNotContain('\0', page.Body);
    }

    [Fact]
    [Meets("GH-SEC-230")]
    public async Task A_link_that_is_no_link_is_not_reflected()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var browser = new Browser(app);
        const string Token = "%22%3E%3Cscript%3Ex%3C%2Fscript%3E";

        var looked = await browser.GetAsync("/auth/passwd/" + Token);
        var posted = await browser.PostAsync("/auth/mail/verify/" + Token, ("user_name", ""), ("password", "x"));

        looked.IsPage(410).Lacks("<script>x");
        posted.IsPage(400).Lacks("<script>x");
    }

    [Fact]
    public async Task A_mail_is_shown_as_text_with_its_link_to_click()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.SignUpAsync(Email);
        var mail = (await app.GetAsync("/dev/mail.json")).Json.GetProperty("mails")[0];
        var link = mail.GetProperty("links")[0].GetString();
        var id = mail.GetProperty("id").GetString();
        var browser = new Browser(app);

        (await browser.GetAsync("/dev/mail")).IsPage().Shows($"href=\"/dev/mail/{id}\"");
        var page = (await browser.GetAsync($"/dev/mail/{id}")).IsPage();

        page.Shows($"<a href=\"{link}\">{link}</a>");
        page.Shows("&lt;!doctype html&gt;");
        (await browser.GetAsync("/dev/mail/nothing")).IsPage(404);
    }

    private static void IsText(string name, Answer page, string before, string after)
    {
        page.Lacks("<script>");
        page.Lacks("<img");
        var pieces = page.Body.Split(before).Skip(1).Select(piece => WebUtility.HtmlDecode(piece.Split(after)[0]));
        Assert.Contains(name, pieces, StringComparer.Ordinal);
    }
}
