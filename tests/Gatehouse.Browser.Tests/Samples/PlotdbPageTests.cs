using Gatehouse.Browser.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Samples;

/// <summary>A page of plotdb's kind: the panel as a block, ours and one of the page's own that extends it.</summary>
public sealed class PlotdbPageTests(PlotdbPage site) : SampleTests(site), IClassFixture<PlotdbPage>
{
    private const string Ours = "Log in";
    private const string Theirs = "Log in at our own desk";
    private const string Shelf = "Open my shelf";

    [Theory]
    [InlineData(Ours)]
    [InlineData(Theirs)]
    public async Task A_guest_signs_up_and_comes_back_logged_in_until_they_log_out(string door)
    {
        var visitor = await VisitAsync();
        var panel = await OpenAsync(visitor, door);
        await panel.ShowAsync("signup");
        await JoinAsync(visitor, panel, "Ada");

        await panel.IsGoneAsync();
        await visitor.Page.ReloadAsync();
        await IsGreetedAsync(visitor, "Ada");
        await visitor.PressAsync("Log out");
        await IsGreetedAsync(visitor, "stranger");
        await visitor.SeesAsync("Good-bye.");
    }

    [Theory]
    [InlineData(Ours)]
    [InlineData(Theirs)]
    public async Task A_customer_with_several_users_says_who_it_is_today(string door)
    {
        var family = await Site.JoinAsTwoAsync("Ada", "Grace");
        var visitor = await VisitAsync();
        var panel = await OpenAsync(visitor, door);
        await panel.LogInAsync(family);
        await panel.SaysAsync(Panel.WhoIsIt);
        await panel.Button("Grace").ClickAsync();

        await IsGreetedAsync(visitor, "Grace");
        await visitor.Page.ReloadAsync();
        await IsGreetedAsync(visitor, "Grace");
    }

    [Theory]
    [InlineData(Ours, Labels.WrongCredentials)]
    [InlineData(Theirs, "This card and this password don’t belong together.")]
    public async Task A_wrong_password_is_told_and_the_right_one_does(string door, string refusal)
    {
        var ada = await Site.JoinAsync("Ada");
        var visitor = await VisitAsync();
        visitor.Watch.Expect(401);
        var panel = await OpenAsync(visitor, door);
        await panel.LogInAsync(ada, "not the password");
        await panel.SaysAsync(refusal);
        await panel.LogInAsync(ada);

        await IsGreetedAsync(visitor, "Ada");
    }

    [Fact]
    public async Task What_is_for_members_asks_guests_to_log_in()
    {
        var ada = await Site.JoinAsync("Ada");
        var visitor = await VisitAsync();
        await visitor.PressAsync(Shelf);
        await Expect(PanelIn(visitor, Ours).Field("username")).ToBeFocusedAsync();
        await visitor.KeyAsync("Escape");
        await visitor.SeesAsync("The shelf is for members.");
        await visitor.PressAsync(Shelf);
        await PanelIn(visitor, Ours).LogInAsync(ada);

        await visitor.SeesAsync("The shelf of Ada is open.");
    }

    [Theory]
    [InlineData(Ours)]
    [InlineData(Theirs)]
    public async Task Providers_that_the_server_does_not_have_are_not_shown(string door)
    {
        var visitor = await VisitAsync();
        var panel = await OpenAsync(visitor, door);

        await Expect(panel.Root.Locator("[ld=social]")).Not.ToHaveCountAsync(0);
        await Expect(panel.Root.Locator("[ld=social]:not([data-name=jlinx]):visible")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(Ours)]
    [InlineData(Theirs)]
    public async Task The_page_and_the_open_panel_are_good_for_everybody(string door)
    {
        var visitor = await VisitAsync();
        await IsGoodForEverybodyAsync(visitor);
        await OpenAsync(visitor, door);
        await IsGoodForEverybodyAsync(visitor);
    }

    [Fact]
    public void The_README_shows_a_line_of_the_page()
    {
        var folder = PageHost.FolderOf("plotdb-page");
        var shown = File.ReadAllText(Path.Combine(folder, "README.md")).Split("```js\n")[1].Split(";\n```")[0];

        Assert.Contains(shown, File.ReadAllText(Path.Combine(folder, "page.js")), StringComparison.Ordinal);
    }

    private static async Task<Panel> OpenAsync(Visitor visitor, string door)
    {
        var panel = PanelIn(visitor, door);
        await visitor.Page.Locator("main").GetByRole(
            AriaRole.Button, new() { Name = door, Exact = true }).ClickAsync();
        await Expect(panel.Field("username")).ToBeFocusedAsync();
        return panel;
    }

    private static Panel PanelIn(Visitor visitor, string door) =>
        new(visitor.Page.Locator(door == Ours ? ".gatehouse-block" : ".house-panel"));
}
