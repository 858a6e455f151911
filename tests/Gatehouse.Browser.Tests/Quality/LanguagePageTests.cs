using Gatehouse.Browser.Tests.Support;
using Microsoft.Playwright;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>
/// The pages in the other languages: words are longer, or run from right to left, and must fit a small phone all the same.
/// Arrived at in English, where things are found by what they are called, and then taken in the other language.
/// </summary>
public sealed class LanguagePageTests(Site site) : VisitorTests(site)
{
    private static readonly string[] Others = ["de", "es", "zh-TW", "ja", "ar"];

    private static readonly string[] States =
    [
        "home-guest", "signup-empty", "mail-sent", "verify-empty", "login-empty", "forgotten-empty", "passwd-empty", "users-several",
        "settings-ask", "settings-open",
    ];

    public static TheoryData<string> Names => [.. States];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_page_is_as_good_in_every_language(string name)
    {
        var visitor = await VisitAsync(new Look { Still = true });
        await GuestStates.All.Concat(CustomerStates.All).Single(state => state.Name == name).ArriveAsync(visitor, Site);
        var faults = new List<string>();
        foreach (var language in Others)
        {
            await visitor.Page.Locator($"footer a[lang='{language}']").ClickAsync();
            await Assertions.Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("lang", language);
            await Assertions.Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("dir", language == "ar" ? "rtl" : "ltr");
            await visitor.Page.SetViewportSizeAsync(Look.SmallPhone.Width, Look.SmallPhone.Height);
            await visitor.Page.EvaluateAsync(await PageScripts.AxeAsync());
            foreach (var script in new[] { await PageScripts.ChecksAsync(), await PageScripts.JudgeAsync() })
                faults.AddRange((await visitor.Page.EvaluateAsync<string[]>(script)).Select(fault => $"{language}: {fault}"));
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
