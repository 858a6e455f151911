using System.Net;
using Gatehouse.Tests.Pages;
using Gatehouse.Tests.Support;
using Gatehouse.Texts;

namespace Gatehouse.Tests.Texts;

/// <summary>Every page in every language: said to be in it, and nothing left in English.</summary>
public sealed class PageLanguageTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    private static readonly string[] Outside =
    [
        "/", "/auth/login", "/auth/signup", "/auth/mail/verify", "/auth/mail/verify/x", "/auth/passwd", "/auth/passwd/x", "/auth/email/x",
        "/auth/email/undo/x", "/auth/reset", "/auth/failed", "/problems", "/dev/mail", "/nowhere", "/auth/login?note=cookies",
    ];

    private static readonly string[] Inside = ["/", "/auth/users", "/auth/settings"];

    // Sentences: a word may be the same in two languages, a sentence isn't.
    private static readonly string[] EnglishSentences = [.. Catalogue.Read(Language.English).Values.SelectMany(wording => wording.Texts)
        .Where(text => !text.Contains('{', StringComparison.Ordinal) && text.Contains(' ', StringComparison.Ordinal) && text.Length >= 8)];

    public static TheoryData<string> Languages => [.. Language.All.Where(language => language != Language.English).Select(language => language.Tag)];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task No_page_speaks_English_beside_another_language(string tag)
    {
        var stranger = new Browser(shared.App);
        foreach (var path in Outside)
            AssertSpeaks(tag, path, await stranger.GetAsync(In(path, tag)));

        var customer = await OpenSettingsAsync();
        foreach (var path in Inside)
            AssertSpeaks(tag, path, await customer.GetAsync(In(path, tag)));
    }

    private async Task<Browser> OpenSettingsAsync()
    {
        var alice = await shared.App.JoinAsync(App.NewEmail(), userName: "Ana");
        var browser = new Browser(shared.App);
        await browser.SubmitAsync(await browser.GetAsync("/auth/login"), ("email", alice.Email), ("password", alice.Password));
        var opened = await browser.SubmitAsync(await browser.GetAsync("/auth/settings"), ("password", alice.Password));
        (await browser.FollowAsync(opened)).Shows("name=\"language\"");
        return browser;
    }

    private static void AssertSpeaks(string tag, string path, Answer page)
    {
        var text = WebUtility.HtmlDecode(page.Body);
        Assert.Contains($"<html lang=\"{tag}\" dir=\"{(tag == "ar" ? "rtl" : "ltr")}\">", text, StringComparison.Ordinal);
        Assert.All(EnglishSentences, sentence => Assert.False(text.Contains(sentence, StringComparison.Ordinal), $"{path} says: {sentence}"));
    }

    private static string In(string path, string tag) => $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}lng={tag}";
}
