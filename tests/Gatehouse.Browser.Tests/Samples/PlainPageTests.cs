using Gatehouse.Browser.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Samples;

/// <summary>A page of its own origin, with a strict policy, that has the panel by three lines.</summary>
public sealed class PlainPageTests(PlainPage site) : SampleTests(site), IClassFixture<PlainPage>
{
    [Fact]
    public async Task A_guest_signs_up_and_comes_back_logged_in_until_they_log_out()
    {
        var visitor = await VisitAsync(new Look { Screen = Look.Phone });
        await visitor.PressAsync("Sign up");
        await JoinAsync(visitor, PanelIn(visitor), "Ada");

        await PanelIn(visitor).IsGoneAsync();
        await visitor.SeesAsync("Users of this account");
        await visitor.Page.ReloadAsync();
        await IsGreetedAsync(visitor, "Ada");
        await visitor.PressAsync("Log out");
        await IsGreetedAsync(visitor, "stranger");
        Assert.False(await visitor.HasSessionAsync());
    }

    [Fact]
    public async Task A_customer_with_several_users_says_who_it_is_today()
    {
        var family = await Site.JoinAsTwoAsync("Ada", "Grace");
        var visitor = await VisitAsync();
        await visitor.PressAsync("Log in");
        await PanelIn(visitor).LogInAsync(family);
        await PanelIn(visitor).SaysAsync(Panel.WhoIsIt);
        await PanelIn(visitor).Button("Grace").ClickAsync();

        await IsGreetedAsync(visitor, "Grace");
        await visitor.SeesAsync("Ada"); // made in the same moment of the test's clock: in either order
        await visitor.Page.ReloadAsync();
        await IsGreetedAsync(visitor, "Grace");
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_the_right_one_does()
    {
        var ada = await Site.JoinAsync("Ada");
        var visitor = await VisitAsync();
        visitor.Watch.Expect(401);
        await visitor.PressAsync("Log in");
        await PanelIn(visitor).LogInAsync(ada, "not the password");
        await PanelIn(visitor).SaysAsync(Labels.WrongCredentials);
        await PanelIn(visitor).LogInAsync(ada);

        await IsGreetedAsync(visitor, "Ada");
    }

    [Fact]
    public async Task The_page_and_the_open_panel_are_good_for_everybody()
    {
        var visitor = await VisitAsync();
        await IsGoodForEverybodyAsync(visitor);
        await visitor.PressAsync("Sign up");
        await Expect(PanelIn(visitor).Field("username")).ToBeFocusedAsync();
        await IsGoodForEverybodyAsync(visitor);
    }

    [Fact]
    public void The_README_shows_the_lines_of_the_page()
    {
        var folder = PageHost.FolderOf("plain-page");
        var page = File.ReadAllText(Path.Combine(folder, "index.html"));
        var readme = File.ReadAllText(Path.Combine(folder, "README.md"));
        var shown = readme.Split("```html\n")[1].Split("\n```")[0].Split('\n');

        Assert.Equal(3, shown.Length);
        Assert.All(shown, line => Assert.Contains(line, page, StringComparison.Ordinal));
    }

    private static Panel PanelIn(Visitor visitor) => new(visitor.Page.Locator("gatehouse-panel"));
}
