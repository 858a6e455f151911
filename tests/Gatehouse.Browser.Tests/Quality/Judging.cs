using Gatehouse.Browser.Tests.Support;
using Microsoft.Playwright;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>
/// What every page must be as it stands: usable by everybody, on a small phone as on a desk, by day and by night. The look
/// of the visitor is changed, which is quicker than to arrive anew.
/// </summary>
internal static class Judging
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

    /// <summary>Where pictures of what is judged are put; null in an ordinary run.</summary>
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("GATEHOUSE_JUDGED_PICTURES");

    /// <param name="name">The name of its pictures.</param>
    public static async Task JudgeAsync(IPage page, string name = "")
    {
        var faults = new List<(string Fault, string Look)>();
        await page.EvaluateAsync(await PageScripts.AxeAsync());
        foreach (var look in Looks)
        {
            await page.SetViewportSizeAsync(look.Screen.Width, look.Screen.Height);
            await page.EmulateMediaAsync(new() { ColorScheme = look.Light });
            string[] found = await page.EvaluateAsync<string[]>(await PageScripts.ChecksAsync());
            if (Pictures is not null && name.Length > 0)
            {
                await page.ScreenshotAsync(new()
                {
                    Path = Path.Combine(Pictures, $"{name}-{look.Name}.png"),
                    FullPage = true,
                    Caret = ScreenshotCaret.Initial, // to hide it Playwright writes styles into the page
                });
            }
            if (look.Axe)
                found = [.. found, .. await page.EvaluateAsync<string[]>(await PageScripts.JudgeAsync())];
            faults.AddRange(found.Select(fault => (fault, look.Name)));
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults.GroupBy(each => each.Fault, each => each.Look, StringComparer.Ordinal)
            .Select(group => $"{group.Key} ({string.Join("; ", group)})")));
    }
}
