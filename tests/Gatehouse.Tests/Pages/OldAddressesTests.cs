using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

public sealed class OldAddressesTests
{
    [Theory]
    [InlineData("/auth", "/auth/login")]
    [InlineData("/auth/?auth", "/auth/login")]
    [InlineData("/auth/?passwd-reset", "/auth/passwd")]
    [InlineData("/auth/?passwd-done", "/auth/login?note=password_changed")]
    [InlineData("/auth/?mail-expire", "/auth/mail/verify")]
    [InlineData("/auth/?mail-verified", "/auth/login?note=confirmed")]
    [InlineData("/auth/?oauth-done", "/auth/done")]
    [InlineData("/auth/?oauth-failed&code=1012", "/auth/failed")]
    [InlineData("/auth/?nexturl=/news", "/auth/login?return=%2Fnews")]
    [InlineData("/auth/?nexturl=//evil.example", "/auth/login")]
    [InlineData("/auth/?anything=else", "/auth/login")]
    public async Task A_link_of_a_plotdb_page_leads_to_the_page_that_does_the_same(string link, string page)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        var answer = await new Browser(app).GetAsync(link);

        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.Equal(page, answer.Header("Location"));
    }

    [Fact]
    public async Task Who_is_logged_in_already_goes_on()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync("alice@example.com");
        var browser = new Browser(app);
        await browser.PostAsync("/auth/login", ("email", "alice@example.com"), ("password", App.Password));

        Assert.Equal("/", (await browser.GetAsync("/auth/")).Header("Location"));
        Assert.Equal("/news", (await browser.GetAsync("/auth/?nexturl=/news")).Header("Location"));
    }
}
