using Gatehouse.Browser.Tests.Quality;
using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Samples;

/// <summary>Tests of a sample's page. At the end of each its visitors leave, with nothing to complain about.</summary>
public abstract class SampleTests(PageSite site) : IAsyncLifetime
{
    private readonly List<Visitor> visitors = [];

    private protected PageSite Site => site;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var visitor in visitors)
            await visitor.LeaveAsync();
        var complaints = visitors.SelectMany(visitor => visitor.Watch.Complaints).ToArray();
        Assert.True(complaints.Length == 0, string.Join('\n', complaints));
    }

    /// <summary>A visitor who has opened the page.</summary>
    private protected Task<Visitor> VisitAsync(Look? look = null) => VisitAsync("/", look);

    private protected async Task<Visitor> VisitAsync(string address, Look? look = null, Func<IBrowserContext, Task>? prepare = null)
    {
        var visitor = await Visitor.ComeAsync(site.Front, look ?? new Look(), [site.App.Address, .. site.Friends]);
        visitors.Add(visitor);
        if (prepare is not null)
            await prepare(visitor.Page.Context);
        await visitor.GoAsync(address);
        await IsGreetedAsync(visitor, "stranger");
        return visitor;
    }

    private protected static Task IsGreetedAsync(Visitor visitor, string name) => visitor.IsOnAsync("Hello, " + name);

    /// <summary>Signs up in the panel, follows the mailed link in another tab, and comes back.</summary>
    private protected async Task JoinAsync(Visitor visitor, Panel panel, string name)
    {
        var email = App.NewEmail();
        var mail = await site.MailAsync(email, async () =>
        {
            await panel.SignUpAsync(email, name);
            await panel.SaysAsync(Panel.CheckMail);
        });
        var tab = await visitor.NewTabAsync();
        await tab.GoAsync(mail.Links[0]);
        await Expect(tab.Field(Labels.YourName)).ToHaveValueAsync(name);
        await tab.FillAsync(Labels.Password, App.Password);
        await tab.PressAsync(Labels.Finish);
        await tab.IsOnAsync(Labels.LoggedIn);
        // Playwright lets every page believe that it is always in front: that the visitor turns to it must be said.
        await visitor.Page.EvaluateAsync("() => void document.dispatchEvent(new Event('visibilitychange'))");
        await IsGreetedAsync(visitor, name);
    }

    /// <summary>As it is now: on a small phone as on a desk, by day and by night.</summary>
    private protected static async Task IsGoodForEverybodyAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await page.EvaluateAsync(await PageScripts.AxeAsync());
        foreach (var screen in (ViewportSize[])[Look.SmallPhone, Look.Desktop])
        {
            foreach (var light in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                await page.SetViewportSizeAsync(screen.Width, screen.Height);
                await page.EmulateMediaAsync(new() { ColorScheme = light, ReducedMotion = ReducedMotion.Reduce });
                Assert.Empty(await page.EvaluateAsync<string[]>(await PageScripts.JudgeAsync()));
                Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
            }
        }
    }
}
