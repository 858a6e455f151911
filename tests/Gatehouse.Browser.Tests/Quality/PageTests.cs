using Gatehouse.Browser.Tests.Support;
using Microsoft.Playwright;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>
/// What every page must be in every state: usable by everybody, on a small phone as on a desk, by day and by night. The
/// visitor arrives once and then changes their look, which is quicker than to arrive anew.
/// </summary>
public abstract class PageTests(Site site) : VisitorTests(site)
{
    /// <summary>What 1280 x 800 is at 200 % zoom: half as many CSS pixels both ways (WCAG 1.4.4).</summary>
    private static readonly ViewportSize Zoomed = new() { Width = Look.Desktop.Width / 2, Height = Look.Desktop.Height / 2 };

    private static readonly (string Name, ViewportSize Screen, ColorScheme Light, bool Axe)[] Looks =
    [
        ("desktop, light", Look.Desktop, ColorScheme.Light, true),
        ("desktop, dark", Look.Desktop, ColorScheme.Dark, true),
        ("phone, dark", Look.SmallPhone, ColorScheme.Dark, true),
        ("phone, light", Look.SmallPhone, ColorScheme.Light, true),
        ("zoomed", Zoomed, ColorScheme.Light, false),
    ];

    private protected static TheoryData<string> NamesOf(IReadOnlyList<State> states) => [.. states.Select(state => state.Name)];

    private protected async Task JudgeAsync(State state)
    {
        var visitor = await VisitAsync(new Look { Still = true });
        visitor.Watch.Expect(401, 403, 404, 409, 410, 422);
        await state.ArriveAsync(visitor, Site);
        var faults = new List<(string Fault, string Look)>();
        await visitor.Page.EvaluateAsync(await PageScripts.AxeAsync());
        foreach (var look in Looks)
        {
            await visitor.Page.SetViewportSizeAsync(look.Screen.Width, look.Screen.Height);
            await visitor.Page.EmulateMediaAsync(new() { ColorScheme = look.Light });
            string[] found = await visitor.Page.EvaluateAsync<string[]>(await PageScripts.ChecksAsync());
            if (look.Axe)
                found = [.. found, .. await visitor.Page.EvaluateAsync<string[]>(await PageScripts.JudgeAsync())];
            faults.AddRange(found.Select(fault => (fault, look.Name)));
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults.GroupBy(each => each.Fault, each => each.Look, StringComparer.Ordinal)
            .Select(group => $"{group.Key} ({string.Join("; ", group)})")));
    }
}

public sealed class GuestPageTests(Site site) : PageTests(site)
{
    public static TheoryData<string> States => NamesOf(GuestStates.All);

    [Theory, MemberData(nameof(States))]
    public Task A_guests_page_is_good_for_everybody(string name) =>
        JudgeAsync(GuestStates.All.Single(state => state.Name == name));
}

public sealed class CustomerPageTests(Site site) : PageTests(site)
{
    public static TheoryData<string> States => NamesOf(CustomerStates.All);

    [Theory, MemberData(nameof(States))]
    public Task A_customers_page_is_good_for_everybody(string name) =>
        JudgeAsync(CustomerStates.All.Single(state => state.Name == name));
}

public sealed class SocialPageTests(SocialSite site) : PageTests(site), IClassFixture<SocialSite>
{
    public static TheoryData<string> States => NamesOf(SocialStates.All);

    private protected override Uri[] Friends => StandIn.Sites;

    [Theory, MemberData(nameof(States))]
    public Task A_page_with_providers_is_good_for_everybody(string name) =>
        JudgeAsync(SocialStates.All.Single(state => state.Name == name));
}
