using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

public sealed class LogOutTests(Site site) : VisitorTests(site)
{
    [Theory, WithAndWithoutScript]
    public async Task Logging_out_ends_the_session(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(ada, script);
        await visitor.GoAsync("/");
        await visitor.PressAsync(Labels.LogOut);

        await visitor.IsOnAsync(Labels.Welcome);
        await visitor.SeesAsync(Labels.IsLoggedOut);
        Assert.False(await visitor.HasSessionAsync());
        (await ada.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    [Theory, WithAndWithoutScript]
    public async Task A_reset_clears_the_browser_and_ends_the_session(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(ada, script);
        await visitor.GoAsync("/auth/reset");
        await visitor.PressAsync(Labels.Clear);

        await visitor.IsOnAsync(Labels.Welcome);
        Assert.False(await visitor.HasSessionAsync());
        (await ada.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    [Theory, WithAndWithoutScript]
    public async Task Back_shows_nothing_of_the_account(bool script)
    {
        var ada = await Site.JoinAsync("Ada of the back button");
        var visitor = await VisitAsync(ada, script);
        await visitor.GoAsync("/");
        await visitor.OpenSettingsAsync(ada);
        await visitor.FollowAsync(Labels.Home);
        await visitor.PressAsync(Labels.LogOut);
        await visitor.IsOnAsync(Labels.Welcome);
        for (var steps = 0; steps < 3; steps++)
        {
            await visitor.Page.GoBackAsync();
            await visitor.SeesNotAsync(ada.Email);
            await visitor.SeesNotAsync("Ada of the back button");
        }
    }

    /// <summary>Chromium keeps whole pages, <c>no-store</c> or not, and lets go of ours when the session cookie goes.</summary>
    [Fact]
    public async Task Nor_does_the_browsers_memory_of_pages()
    {
        var ada = await Site.JoinAsync("Ada of the back button");
        var visitor = await VisitWithOwnChromiumAsync(new Look());
        await visitor.TakeSessionAsync(ada);
        await visitor.GoAsync("/");
        await visitor.PressAsync(Labels.LogOut);
        await visitor.SeesAsync(Labels.IsLoggedOut);
        await visitor.Page.EvaluateAsync("history.back()");
        await Expect(visitor.Page).ToHaveURLAsync(Site.App.Address.ToString());

        await visitor.IsOnAsync(Labels.Welcome);
        await visitor.SeesNotAsync(ada.Email);
    }

    [Fact]
    public async Task Another_tab_learns_of_it_at_its_next_step()
    {
        var (ada, visitor, other) = await LogOutBesideOpenSettingsAsync(script: false);
        await other.UnfoldAsync(Labels.Username);
        await other.FillAsync(Labels.Username, "somebody.else");
        await other.PressAsync(Labels.Save);

        await IsAskedToLogInAsync(other, ada);
        await visitor.SeesAsync(Labels.IsLoggedOut);
    }

    [Fact]
    public async Task Another_tab_learns_of_it_at_once_by_its_script()
    {
        var (ada, _, other) = await LogOutBesideOpenSettingsAsync(script: true);

        await IsAskedToLogInAsync(other, ada);
    }

    private async Task<(Person Person, Visitor Visitor, Visitor Other)> LogOutBesideOpenSettingsAsync(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(ada, script);
        var other = await visitor.NewTabAsync();
        await other.OpenSettingsAsync(ada);
        await visitor.GoAsync("/");
        await visitor.PressAsync(Labels.LogOut);
        await visitor.SeesAsync(Labels.IsLoggedOut);
        return (ada, visitor, other);
    }

    private static async Task IsAskedToLogInAsync(Visitor visitor, Person person)
    {
        await visitor.IsOnAsync(Labels.LogIn);
        await visitor.SeesAsync(Labels.ToGoOn);
        await visitor.LogInAsync(person);
        await visitor.IsOnAsync(Labels.Settings);
    }
}
