using Gatehouse.Browser.Tests.Support;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>A browser that keeps no cookies at all.</summary>
public sealed class CookieTests(Site site) : VisitorTests(site)
{
    private const string NoCookies = """{"profile":{"default_content_setting_values":{"cookies":2}}}""";

    [Theory, WithAndWithoutScript]
    public async Task Who_blocks_cookies_is_told_that_logging_in_needs_one(bool script)
    {
        var ada = await Site.JoinAsync("Ada");
        var visitor = await VisitWithOwnChromiumAsync(new Look { Script = script }, NoCookies);
        await visitor.GoAsync("/auth/login");
        await visitor.LogInAsync(ada);

        await visitor.SeesAsync(Labels.CookiesAreNeeded);
        Assert.False(await visitor.HasSessionAsync());
    }
}
