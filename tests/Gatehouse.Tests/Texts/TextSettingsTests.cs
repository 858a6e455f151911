using Gatehouse.Configuration;
using Gatehouse.Tests.Pages;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Tests.Texts;

/// <summary>What an operator may change of the words and the look without building anything.</summary>
public sealed class TextSettingsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-logo-").FullName;

    [Fact]
    public async Task Own_words_and_an_own_language_stand_on_pages_and_in_answers()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite,
            ("Pages:Language", "DE"), ("Pages:Texts:de:log_in.title", "Herein & <hinein>"), ("Pages:Texts:en:problem.not_found", "Nope."));

        var page = await app.GetAsync("/auth/login");
        var nothing = await app.GetAsync("/api/nothing", ("Accept-Language", "en"));

        page.IsPage().Shows("<html lang=\"de\" dir=\"ltr\">");
        page.Shows("<h1>Herein &amp; &lt;hinein&gt;</h1>");
        Assert.Equal("Nope.", nothing.Text("detail"));
        (await app.GetAsync("/auth/login", ("Accept-Language", "es"))).Shows("<html lang=\"es\"");
    }

    [Theory]
    [InlineData("page.questions", "Ask.")]
    [InlineData("page.questions", "Ask {contact}, or {contact}.")]
    [InlineData("field.new_password.hint", "{n} or more.")]
    public void A_text_may_say_less_or_repeat_itself(string key, string text) =>
        Assert.Equal(text, Read(($"Pages:Texts:en:{key}", text)).Pages.Texts["en"][key]);

    [Theory]
    [InlineData("Pages:Texts:en:log_in.titel", "Enter", "no such text; docs/texts.md lists them")]
    [InlineData("Pages:Texts:en:page.questions", "Ask {email}", "braces hold nothing but {contact}")]
    [InlineData("Pages:Texts:en:page.questions", "Ask {contact", "braces hold nothing but {contact}")]
    [InlineData("Pages:Texts:en:log_in.title", "Enter {name}", "braces hold nothing but what the text it replaces has: nothing")]
    [InlineData("Pages:Language", "fr", "'fr' is not one of en, de, es, zh-TW, ja, ar")]
    [InlineData("Pages:Language", "de-AT", "'de-AT' is not one of en, de, es, zh-TW, ja, ar")]
    [InlineData("Pages:Logo", "/nowhere/logo.txt", "there is no file '/nowhere/logo.txt'")]
    [InlineData("Pages:Logo", "logo.svg", "there is no file 'logo.svg'")]
    [InlineData("Pages:Logo", "//cdn.example.com/logo.svg", "there is no file '//cdn.example.com/logo.svg'")]
    [InlineData("Pages:Logo", "https://cdn.example.com/logo.svg", "there is no file 'https://cdn.example.com/logo.svg'")]
    public void A_fault_is_named(string key, string value, string what)
    {
        var faults = Assert.Throws<SettingsFaultException>(() => Read((key, value))).Faults;

        Assert.Equal([$"Gatehouse:{key}: {what}."], faults);
    }

    [Fact]
    public void A_text_in_a_language_that_nobody_speaks_is_a_fault() => Assert.Equal(
        ["Gatehouse:Pages:Texts:fr: 'fr' is not one of en, de, es, zh-TW, ja, ar."],
        Assert.Throws<SettingsFaultException>(() => Read(("Pages:Texts:fr:log_in.title", "Entrez"))).Faults);

    [Fact]
    public void A_logo_is_a_small_picture_or_a_path_of_the_application()
    {
        Assert.Equal(new Logo("/brand/logo.webp", null), Read(("Pages:Logo", "/brand/logo.webp")).Pages.Logo);
        var picture = Keep("logo.png", 10);
        Assert.Equal(new Logo("/auth/logo.png", picture), Read(("Pages:Logo", picture)).Pages.Logo);
        Assert.Null(Read().Pages.Logo);
        foreach (var (file, what) in new[]
        {
            (Keep("logo.gif", 10), "is none of .svg, .png, .webp, .jpg"), (Keep("logo.jpg", (256 * 1024) + 1), "is larger than 256 KiB"),
        })
        {
            var faults = Assert.Throws<SettingsFaultException>(() => Read(("Pages:Logo", file))).Faults;
            Assert.Equal([$"Gatehouse:Pages:Logo: '{file}' {what}."], faults);
        }
    }

    [Fact]
    public async Task A_logo_is_served_to_pages_and_to_readers_of_mails()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("Pages:Logo", Keep("logo.png", 10)));

        var logo = await app.GetAsync("/auth/logo.png");

        logo.IsOk();
        Assert.Equal("image/png", logo.Header("Content-Type"));
        Assert.Equal("cross-origin", logo.Header("Cross-Origin-Resource-Policy"));
        (await app.GetAsync("/auth/login")).Shows("<img src=\"/auth/logo.png\"");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Keep(string name, int length)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, new byte[length]);
        return path;
    }

    private static GatehouseSettings Read(params (string Key, string Value)[] settings) => SettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection([
            KeyValuePair.Create<string, string?>("Gatehouse:PublicUrl", "https://auth.example.com"),
            KeyValuePair.Create<string, string?>("Gatehouse:Secrets:Key", App.Key),
            .. settings.Select(setting => KeyValuePair.Create<string, string?>("Gatehouse:" + setting.Key, setting.Value))]).Build(),
        development: true);
}
