using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

public sealed class FormBodyTests : IAsyncLifetime
{
    private const string Form = "application/x-www-form-urlencoded";
    private App app = null!;

    private static readonly string[] Posting =
    [
        "/", "/auth/login", "/auth/signup", "/auth/mail/verify", "/auth/mail/verify/x", "/invite?confirmation=x",
        "/auth/passwd", "/auth/passwd/x", "/auth/passwd/reset/x", "/auth/reset",
    ];

    private static readonly (string Name, string Value)[] Foreign =
    [
        ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"), ("Origin", "null"),
    ];

    private static readonly string[] OtherTypes =
        ["application/json", "multipart/form-data; boundary=x", "text/plain", Form + "; charset=utf-16", ""];

    public static TheoryData<string> Forms => [.. Posting];

    public async Task InitializeAsync() => app = await App.StartAsync(StoreKind.Sqlite);

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_form_from_another_site_is_refused_with_a_page(string path)
    {
        var browser = new Browser(app);

        foreach (var header in Foreign)
        {
            var page = (await browser.PostRawAsync(path, "email=a", Form, header)).IsPage(403);
            page.Shows("another site");
            Assert.Empty(page.SetCookies);
        }
    }

    [Theory]
    [Meets("GH-SEC-091")]
    [MemberData(nameof(Forms))]
    public async Task Other_types_are_refused(string path)
    {
        var browser = new Browser(app);

        foreach (var type in OtherTypes)
            (await browser.PostRawAsync(path, "email=a", type)).IsPage(415);
    }

    [Theory]
    [Meets("GH-SEC-247")]
    [MemberData(nameof(Forms))]
    public async Task Fields_given_twice_are_refused(string path) =>
        (await new Browser(app).PostRawAsync(path, "email=a%40b.example&email=c%40d.example&password=x")).IsPage(400);

    [Theory]
    [InlineData("email=a&email=a")]
    [InlineData("x=1&x=2")]
    [InlineData("email=a&%65mail=b")]
    [InlineData("email")]
    [InlineData("email=%")]
    [InlineData("email=%4")]
    [InlineData("email=%zz")]
    [InlineData("email=%ff")]
    [InlineData("email=%c0%af")]
    [InlineData("email=%ed%a0%80")]
    [InlineData("email=\u00ff")]
    [InlineData("%ff=a")]
    public async Task What_no_browser_sends_is_refused(string body) =>
        (await new Browser(app).PostRawAsync("/auth/login", body)).IsPage(400);

    [Theory]
    [InlineData("email=a%2Bb%40c.example&password=x", "a+b@c.example")]
    [InlineData("email=a+b&password=x", "a b")]
    [InlineData("&&email=a%3D%26b&password=x&", "a=&amp;b")]
    [InlineData("email=a=b&password=x", "a=b")]
    [InlineData("email=%C3%BC&password=x", "ü")]
    [InlineData("email=%F0%9F%98%80&password=x&unknown=y", "&#x1F600;")]
    public async Task What_browsers_send_is_read(string body, string shown) => Assert.Contains(
        $"value=\"{shown.Replace("+", "&#x2B;", StringComparison.Ordinal)}\"",
        (await new Browser(app).PostRawAsync("/auth/login", body)).IsPage(401).Body, StringComparison.Ordinal);

    [Fact]
    [Meets("GH-SEC-231")]
    public async Task A_body_over_the_limit_is_refused()
    {
        var page = await new Browser(app).PostRawAsync("/auth/login", "email=" + new string('a', 64 * 1024));

        page.IsPage(413);
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        var page = await new Browser(app).PostRawAsync("/auth/login", "email=a", Form, ("Content-Encoding", "identity"));

        page.IsPage(415);
    }

    [Theory]
    [Meets("GH-SEC-247")]
    [InlineData("/auth/login?return=/a&return=/b")]
    [InlineData("/auth/signup?invite=a&INVITE=b")]
    [InlineData("/auth/failed?code=a&code=b")]
    [InlineData("/invite?confirmation=a&confirmation=b")]
    public async Task Parameters_given_twice_are_refused(string path) => (await new Browser(app).GetAsync(path)).IsPage(400);
}
