using Gatehouse.Browser.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>An issuer of somebody else's making, npm's oidc-provider, by its own login and consent pages.</summary>
public sealed class SocialIssuerTests(IssuerSite site) : VisitorTests(site), IClassFixture<IssuerSite>
{
    private static readonly Uri Fonts = new("https://fonts.googleapis.com");

    private protected override Uri[] Friends => [site.Issuer, Fonts];

    [Theory, WithAndWithoutScript]
    public async Task Who_logs_in_at_our_own_issuer_is_in_and_opens_the_settings_there(bool script)
    {
        var name = script ? "ada" : "grace";
        var visitor = await VisitAsync(script);
        await visitor.Page.Context.RouteAsync(Fonts + "**", route => route.FulfillAsync(new() { ContentType = "text/css", Body = "" }));
        await visitor.GoAsync("/auth/login");
        await visitor.FollowAsync(Labels.ContinueWith + "The House");
        await LogInThereAsync(visitor, name);
        await visitor.Page.Locator("button[type=submit]").ClickAsync(); // that we may know who it is
        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync(name == "ada" ? "Ada" : "Grace");

        await visitor.GoAsync("/auth/settings");
        await visitor.PressAsync("Log in with The House again");
        await LogInThereAsync(visitor, name);
        await Expect(visitor.Section(Labels.WaysPart)).ToContainTextAsync($"{name}@example.com");
    }

    [Fact]
    public async Task Who_turns_back_at_our_own_issuer_is_told_so()
    {
        var visitor = await VisitAsync(new Look());
        await visitor.Page.Context.RouteAsync(Fonts + "**", route => route.FulfillAsync(new() { ContentType = "text/css", Body = "" }));
        await visitor.GoAsync("/auth/login");
        await visitor.FollowAsync(Labels.ContinueWith + "The House");
        await visitor.Page.GetByText("[ Cancel ]").ClickAsync();

        await visitor.IsOnAsync(Labels.DidNotWork);
        await visitor.SeesAsync(Labels.Cancelled);
        Assert.False(await visitor.HasSessionAsync());
    }

    private static async Task LogInThereAsync(Visitor visitor, string name)
    {
        await visitor.Page.Locator("input[name=login]").FillAsync(name);
        await visitor.Page.Locator("input[name=password]").FillAsync("any will do");
        await visitor.Page.Locator("button[type=submit]").ClickAsync();
    }
}
