using Gatehouse.Tests.Pages;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Texts;

/// <summary>Which language an answer is in.</summary>
public sealed class RequestSpeechTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    [Theory]
    [InlineData("/auth/login", null, null, "en")]
    [InlineData("/auth/login?lng=de", null, null, "de")]
    [InlineData("/auth/login?setlng=de", null, null, "de")] // its older name
    [InlineData("/auth/login?lng=ja&setlng=de", null, null, "ja")]
    [InlineData("/auth/login?lng=xx", "es", null, "es")]
    [InlineData("/auth/login", "es", "de", "es")]
    [InlineData("/auth/login?lng=de", "es", "ja", "de")]
    [InlineData("/auth/login", "nonsense", "ja", "ja")]
    [InlineData("/auth/login", null, "fr, ja;q=0.5", "ja")]
    [InlineData("/auth/login", null, "en;q=0.1, zh-HK;q=0.9, de;q=0.5", "zh-TW")]
    [InlineData("/auth/login", null, "de;q=0, es", "es")]
    [InlineData("/auth/login", null, "de-CH", "de")]
    [InlineData("/auth/login", null, "*", "en")]
    [InlineData("/auth/login", null, ";;;q=,,\"", "en")]
    [InlineData("/auth/login", null, "fr, it;q=2", "en")]
    public async Task A_page_goes_by_its_address_then_by_what_was_chosen_then_by_the_browser(
        string path, string? cookie, string? accepted, string tag)
    {
        var page = await shared.App.GetAsync(path, [.. Headers(cookie, accepted)]);

        page.IsPage().Shows($"<html lang=\"{tag}\" dir=\"ltr\">");
    }

    [Theory]
    [InlineData("/api/auth/session", null, "de", "de")]
    [InlineData("/api/auth/session", "ja", "de", "de")]
    [InlineData("/api/auth/session?lng=es", null, "ar", "ar")]
    [InlineData("/api/auth/session", "ja", null, "en")]
    public async Task The_API_goes_by_the_header_alone(string path, string? cookie, string? accepted, string tag)
    {
        var answer = await shared.App.GetAsync(path, [.. Headers(cookie, accepted)]);

        answer.IsProblem(401, "unauthenticated");
        Assert.Equal(tag, answer.Header("Content-Language"));
    }

    [Fact]
    public async Task What_the_address_asks_for_is_remembered()
    {
        var browser = new Browser(shared.App);

        var asked = await browser.GetAsync("/auth/login?lng=ar");
        var next = await browser.GetAsync("/auth/signup");

        Assert.Contains(asked.SetCookies, line => line.StartsWith("lng=ar;", StringComparison.Ordinal));
        next.Shows("<html lang=\"ar\" dir=\"rtl\">");
    }

    [Fact]
    public async Task A_language_that_is_none_of_ours_is_not_remembered() =>
        Assert.Null((await shared.App.GetAsync("/auth/login?lng=xx%0d%0aSet-Cookie:lng=de")).Cookie("lng"));

    private static IEnumerable<(string Name, string Value)> Headers(string? cookie, string? accepted)
    {
        if (cookie is not null)
            yield return ("Cookie", "lng=" + cookie);
        if (accepted is not null)
            yield return ("Accept-Language", accepted);
    }
}
