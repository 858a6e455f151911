using Gatehouse.Browser.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Samples;

/// <summary>
/// Logging in elsewhere from a page with the panel: in a window of its own, which tells the page by BroadcastChannel where
/// the two have one origin, and by closing where they have not.
/// </summary>
public sealed class SocialPopupTests(SocialPlainPage site) : SampleTests(site), IClassFixture<SocialPlainPage>
{
    /// <summary>Playwright lets every page believe that it is in front, also while a window stands before it.</summary>
    private const string BehindTheWindow = "document.hasFocus = () => globalThis.inFront ?? false;";

    [Theory]
    [InlineData("Google")]
    [InlineData("Facebook")]
    [InlineData("LINE")]
    public async Task A_page_of_another_origin_is_logged_in_when_the_window_closes(string title)
    {
        var visitor = await VisitHereAsync();
        await LogInAsync(visitor, title);
        await IsGreetedAsync(visitor, "Ada");
        await visitor.Page.ReloadAsync();
        await IsGreetedAsync(visitor, "Ada");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_of_the_servers_origin_is_told_and_without_a_channel_it_finds_out(bool channel)
    {
        var visitor = await VisitAtHomeAsync(channel);
        await LogInAsync(visitor, "Google");

        await IsGreetedAsync(visitor, "Ada");
    }

    /// <summary>What a page's own button does: <c>auth.social()</c>.</summary>
    [Fact]
    public async Task The_auth_objects_own_call_answers_who_came()
    {
        var visitor = await VisitAtHomeAsync(channel: true);
        var ada = StandIn.Meet("Ada");
        var window = await visitor.InWindowAsync(() => visitor.Page.EvaluateAsync("""
            () => { window.answer = document.querySelector("gatehouse-panel").auth.social({ name: "line" }); }
            """));
        await window.AgreeAsync(ada);

        Assert.Equal("Ada", await visitor.Page.EvaluateAsync<string>("async () => (await window.answer).user.displayname"));
        await IsClosedAsync(window);
    }

    [Fact]
    public async Task Who_says_no_comes_back_to_the_panel_as_it_was()
    {
        var visitor = await VisitAtHomeAsync(channel: true);
        var window = await OpenAsync(visitor, "Google");
        await window.PressAsync(Labels.Cancel);
        await IsClosedAsync(window);

        await Expect(PanelIn(visitor).Button("Continue with Google")).ToBeEnabledAsync();
        await IsGreetedAsync(visitor, "stranger");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_window_that_is_closed_leaves_the_panel_as_it_was(bool home)
    {
        var visitor = home ? await VisitAtHomeAsync(channel: true) : await VisitHereAsync();
        var window = await OpenAsync(visitor, "Facebook");
        await window.Page.CloseAsync();
        await TurnToAsync(visitor);

        await Expect(PanelIn(visitor).Button("Continue with Google")).ToBeEnabledAsync();
        await IsGreetedAsync(visitor, "stranger");
        Assert.False(await visitor.HasSessionAsync());
    }

    [Fact]
    public async Task Why_a_login_failed_is_said_by_the_panel()
    {
        var visitor = await VisitAtHomeAsync(channel: true);
        var window = await OpenAsync(visitor, "Google");
        await window.GoAsync(new Uri(Site.App.Address, "/api/auth/google/callback?state=none&code=none").ToString());

        await PanelIn(visitor).SaysAsync("This login took too long");
        await IsClosedAsync(window);
        await IsGreetedAsync(visitor, "stranger");
    }

    private static Panel PanelIn(Visitor visitor) => new(visitor.Page.Locator("gatehouse-panel"));

    private static async Task<Visitor> OpenAsync(Visitor visitor, string title)
    {
        await visitor.PressAsync("Log in");
        return await visitor.InWindowAsync(() => PanelIn(visitor).Button("Continue with " + title).ClickAsync());
    }

    private static async Task LogInAsync(Visitor visitor, string title)
    {
        var window = await OpenAsync(visitor, title);
        await window.AgreeAsync(StandIn.Meet("Ada"));
        await IsClosedAsync(window);
        await TurnToAsync(visitor);
    }

    private static async Task TurnToAsync(Visitor visitor) => await visitor.Page.EvaluateAsync("() => { globalThis.inFront = true; }");

    private static Task IsClosedAsync(Visitor window) =>
        Gatehouse.Tests.Support.Eventually.TrueAsync(() => window.Page.IsClosed, "the end of the window");

    private Task<Visitor> VisitHereAsync() => VisitAsync("/", prepare: context => context.AddInitScriptAsync(BehindTheWindow));

    /// <summary>The same page, served as if it stood on the server itself.</summary>
    private async Task<Visitor> VisitAtHomeAsync(bool channel)
    {
        var home = new Uri(Site.App.Address, "/sample/");
        return await VisitAsync(home.ToString(), prepare: async context =>
        {
            await context.AddInitScriptAsync(BehindTheWindow);
            if (!channel)
                await context.AddInitScriptAsync("delete globalThis.BroadcastChannel;");
            await context.RouteAsync(home + "**", async route => await route.FulfillAsync(new()
            {
                Response = await route.FetchAsync(new() { Url = new Uri(Site.Front, new Uri(route.Request.Url).AbsolutePath["/sample".Length..]).ToString() }),
            }));
        });
    }
}
