using Gatehouse.Browser.Tests.Support;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>A browser that keeps no cookies at all.</summary>
public sealed class CookieTests(Site site) : VisitorTests(site), IDisposable
{
    private const string NoCookies = """{"profile":{"default_content_setting_values":{"cookies":2}}}""";
    private readonly string profile = Directory.CreateTempSubdirectory("gatehouse-profile").FullName;

    public void Dispose() => Directory.Delete(profile, recursive: true);

    [Theory, WithAndWithoutScript]
    public async Task Who_blocks_cookies_is_told_that_logging_in_needs_one(bool script)
    {
        var ada = await Site.JoinAsync("Ada");
        Directory.CreateDirectory(Path.Combine(profile, "Default"));
        await File.WriteAllTextAsync(Path.Combine(profile, "Default", "Preferences"), NoCookies);
        var visitor = await VisitWithAsync(await Chromium.StartAsync(profile, new Look { Script = script }, Site.App.Address));
        await visitor.GoAsync("/auth/login");
        await visitor.LogInAsync(ada);

        await visitor.SeesAsync(Labels.CookiesAreNeeded);
        Assert.False(await visitor.HasSessionAsync());
    }
}
