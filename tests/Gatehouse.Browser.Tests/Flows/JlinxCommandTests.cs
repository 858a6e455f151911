using System.Text.Json;
using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>Each flow between a browser and the <c>jlinx</c> that customers run, as a process of its own.</summary>
public sealed class JlinxCommandTests(JlinxSite site, JlinxOwner ada)
    : VisitorTests(site), IClassFixture<JlinxSite>, IClassFixture<JlinxOwner>
{
    [Fact]
    public async Task Jlinx_adds_the_link_and_the_tab_is_in()
    {
        var visitor = await VisitAsync(new Look());
        var link = await JlinxSite.OfferedAsync(visitor);
        var unsure = await ada.Jlinx.RunAsync("add", link);
        Assert.Equal(1, unsure.Code);
        Assert.Contains(site.App.Address.Authority, unsure.Error, StringComparison.Ordinal); // who offers
        var (number, _) = await ada.AddAsync(link);

        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync("Ada");
        Assert.True(await visitor.HasSessionAsync());
        Assert.Equal(number, (await ada.AddAsync(link)).Number); // the same link again is the same account
    }

    [Fact]
    public async Task Jlinx_watch_tells_who_asks_and_approve_with_the_code_of_the_page_lets_them_in()
    {
        var (number, id) = await JoinAsync(await VisitAsync(new Look()));
        using var watching = ada.Jlinx.Begin("watch", "--json");
        try
        {
            var visitor = await AskAsync(id);
            var request = JsonElement.Parse(await IdentityCommand.LineAsync(watching));
            var code = await JlinxSite.CodeAsync(visitor);
            Assert.Equal(number, request.GetProperty("account").ToString());
            Assert.Equal(site.App.Address.GetLeftPart(UriPartial.Authority), request.GetProperty("origin").GetString());
            Assert.Contains(request.GetProperty("codes").EnumerateArray(), shown => shown.GetString() == code);
            await ada.Jlinx.DoAsync("approve", request.GetProperty("id").GetString()!, "--code", code);

            await visitor.IsOnAsync(Labels.LoggedIn);
            Assert.True(await visitor.HasSessionAsync());
        }
        finally
        {
            watching.Kill();
        }
        Assert.Empty((await ada.Jlinx.DoAsync("requests")).EnumerateArray());
        await VerifiesAsync(number);
    }

    [Fact]
    public async Task Whom_jlinx_rejects_stays_out()
    {
        var (number, id) = await JoinAsync(await VisitAsync(new Look()));
        var visitor = await AskAsync(id);
        var code = await JlinxSite.CodeAsync(visitor);
        var request = Assert.Single((await ada.Jlinx.DoAsync("requests")).EnumerateArray());
        Assert.Equal(number, request.GetProperty("account").ToString());
        await ada.Jlinx.DoAsync("reject", request.GetProperty("id").GetString()!);

        await visitor.IsOnAsync(Labels.OwnIdentity);
        await visitor.SeesAsync(Labels.SaidNo);
        Assert.False(await visitor.HasSessionAsync());
        Assert.Equal(1, (await ada.Jlinx.RunAsync("approve", number, "--code", code)).Code); // it was answered
    }

    [Fact]
    public async Task A_code_that_the_page_does_not_show_rejects()
    {
        var (number, id) = await JoinAsync(await VisitAsync(new Look()));
        var visitor = await AskAsync(id);
        var code = await JlinxSite.CodeAsync(visitor);
        Assert.Equal(2, (await ada.Jlinx.RunAsync("approve", number, "--code", code == "417" ? "418" : "417")).Code);

        await visitor.SeesAsync(Labels.SaidNo);
        Assert.False(await visitor.HasSessionAsync());
    }

    [Fact]
    public async Task Jlinx_login_opens_the_site_logged_in_once()
    {
        var (number, _) = await JoinAsync(await VisitAsync(new Look()));
        var link = (await ada.Jlinx.DoAsync("login", number)).GetProperty("url").GetString()!;
        var visitor = await VisitAsync(new Look());
        await visitor.GoAsync(link);
        await visitor.IsOnAsync(Labels.LoggedIn);

        var other = await VisitAsync(new Look());
        other.Watch.Expect(410);
        await other.GoAsync(link);
        await other.IsOnAsync(Labels.LinkGone);
        Assert.False(await other.HasSessionAsync());
    }

    [Fact]
    public async Task A_name_that_jlinx_sends_is_shown()
    {
        var visitor = await VisitAsync(new Look());
        var (number, _) = await JoinAsync(visitor);
        await ada.Jlinx.DoAsync("profile", "set", "name", "Ada Lovelace");
        var sent = await ada.Jlinx.RunAsync("profile", "send", number);
        Assert.Equal(0, sent.Code);

        await Eventually.TrueAsync(async () =>
        {
            await visitor.GoAsync("/");
            return (await visitor.Page.Locator("main").InnerTextAsync()).Contains("Ada Lovelace", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task What_jlinx_destroys_is_gone_and_its_browser_is_out()
    {
        var visitor = await VisitAsync(new Look());
        var (number, _) = await JoinAsync(visitor);
        var accounts = await site.App.Store.CountAsync("accounts");
        await ada.Jlinx.DoAsync("destroy", number, "--yes");
        Assert.Equal("Destroyed", await ada.StateAsync(number));

        await Eventually.TrueAsync(async () => await site.App.Store.CountAsync("accounts") == accounts - 1);
        await visitor.GoAsync("/auth/settings");
        await visitor.IsOnAsync(Labels.LogIn);
        Assert.Equal(1, (await ada.Jlinx.RunAsync("login", number)).Code);
    }

    [Fact]
    public async Task What_is_unlinked_in_the_settings_is_destroyed_in_jlinx()
    {
        var person = await site.JoinAsync();
        var visitor = await VisitAsync(person);
        await visitor.OpenSettingsAsync(person);
        await visitor.PressAsync(Labels.AddIdentity);
        await visitor.IsOnAsync(Labels.AddIdentity);
        var (number, _) = await ada.AddAsync(await JlinxSite.LinkAsync(visitor));
        await visitor.SeesAsync(Labels.WayAdded);
        await SocialSettingsTests.RemoveAsync(visitor);
        await visitor.SeesAsync(Labels.WayRemoved);

        await Eventually.TrueAsync(async () => await ada.StateAsync(number) == "Destroyed");
        await Expect(visitor.Button(Labels.AddIdentity)).ToBeVisibleAsync();
    }

    /// <summary>Signs up and in.</summary>
    private async Task<(string Number, string Id)> JoinAsync(Visitor visitor)
    {
        var account = await ada.AddAsync(await JlinxSite.OfferedAsync(visitor));
        await visitor.IsOnAsync(Labels.LoggedIn);
        return account;
    }

    private async Task<Visitor> AskAsync(string id)
    {
        var visitor = await VisitAsync(new Look());
        await visitor.GoAsync("/auth/jlinx");
        await visitor.FillAsync(Labels.Identifier, id);
        await visitor.PressAsync(Labels.LogIn);
        return visitor;
    }

    /// <summary>Each entry of the account's log is what a signed block says.</summary>
    private async Task VerifiesAsync(string number)
    {
        var log = (await ada.Jlinx.DoAsync("log", number, "--verify")).EnumerateArray().ToArray();
        Assert.Contains(log, entry => entry.GetProperty("event").GetString() == "SessionApproved");
        Assert.All(log, entry => Assert.Equal("signed and read again", entry.GetProperty("check").GetString()));
    }
}
