using Gatehouse.Browser.Tests.Support;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>The judges themselves: each fault is found in a page that has it, so that silence means something.</summary>
public sealed class JudgeTests(Site site) : VisitorTests(site)
{
    [Theory]
    [InlineData("<div class=wide></div>", "scrolls sideways")]
    [InlineData("<a class=small href=/>x</a>", "a target of")]
    [InlineData("<h1>Another</h1>", "2 main headings")]
    [InlineData("<p style='color: red'>red</p>", "style or script inside")]
    [InlineData("<p onclick='go()'>red</p>", "style or script inside")]
    public async Task A_fault_on_the_screen_is_found(string fault, string sentence)
    {
        var visitor = await BreakAsync(fault);
        var faults = await visitor.Page.EvaluateAsync<string[]>(await PageScripts.ChecksAsync());

        Assert.Contains(sentence, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<input>", "label (")]
    [InlineData("<p class=pale>pale</p>", "color-contrast (")]
    [InlineData("<img src=/x>", "image-alt (")]
    [InlineData("<p><a class=small href=/1>x</a><a class=small href=/2>x</a>", "target-size (")]
    public async Task A_fault_for_some_people_is_found(string fault, string sentence)
    {
        var visitor = await BreakAsync(fault);
        await visitor.Page.EvaluateAsync(await PageScripts.AxeAsync());
        var faults = await visitor.Page.EvaluateAsync<string[]>(await PageScripts.JudgeAsync());

        Assert.Contains(faults, each => each.StartsWith(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_without_language_title_and_heading_is_found()
    {
        var visitor = await BreakAsync("");
        await visitor.Page.EvaluateAsync("document.documentElement.lang = document.title = ''; document.querySelector('h1').remove();");
        var faults = await visitor.Page.EvaluateAsync<string[]>(await PageScripts.ChecksAsync());

        Assert.Equal(["no language", "no title", "0 main headings"], faults);
    }

    private async Task<Visitor> BreakAsync(string fault)
    {
        var visitor = await VisitAsync(new Look { Screen = Look.SmallPhone });
        await visitor.Page.SetContentAsync($"""
            <!doctype html><html lang="en"><title>Title</title><main><h1>Heading</h1>{fault}</main>
            """);
        await visitor.Page.EvaluateAsync("""
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(".wide { height: 1px; width: 400px } .small { display: inline-block; height: 9px; width: 9px } .pale { color: #eee }");
            document.adoptedStyleSheets = [sheet];
            """);
        return visitor;
    }
}
