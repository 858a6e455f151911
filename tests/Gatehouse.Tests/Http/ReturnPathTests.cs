using Gatehouse.Http;
using Gatehouse.Tests.Pages;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

public sealed class ReturnPathTests
{
    private static readonly string[] Refused =
    [
        "", " ", "x", "auth/users", "https://evil.example", "http:evil.example", "https:/evil.example", "https:///evil.example",
        "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
        "/\\/evil.example", "//\\evil.example", "/a\\b", " //evil.example", " /a", "/ /evil.example", "/\t/evil.example",
        "/\n/evil.example", "\t//evil.example", "/\r\nSet-Cookie: a=b", "/\0/evil.example", "/\u000b/evil.example", "/a b",
        "/%2fevil.example", "/%2Fevil.example", "/%5cevil.example", "/%5Cevil.example", "/%09/evil.example", "/%0d%0aLocation:x",
        "/%00", "/%252fevil.example", "/a%", "/a%2", "/a%zz", "/./evil.example", "/.//evil.example", "/..//evil.example",
        "/a/../b", "/a/..", "/.", "/%2e/evil.example", "/%2e%2e//evil.example", "/a//b", "/a//", "//", "//@evil.example",
        "//evil.example@localhost", "@evil.example", "/\u2044evil.example", "/\uff0fevil.example", "/\u3002evil.example",
        "/\u00a0/evil.example", "/\u200b/evil.example", "/\u202eelpmaxe.live//", "/ü", "/\ud800", "javascript:alert(1)",
        "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "?//evil.example", "#//evil.example",
        "/\u007f", "/\u0085", "//[::1]/", "//127.0.0.1", "//2130706433", "/%c2%a0\\",
    ];

    public static TheoryData<string> Own =>
    [
        "/", "/a", "/auth/users", "/a/b/", "/a?b=c&d=e", "/a?next=https://other.example//x", "/a#b", "/%C3%BC", "/a-b_c~d",
        "/a?b=%2F%5C", "/a:b@c", "/;x", "/.well-known/x", "/a.b/..c",
    ];

    [Theory]
    [Meets("GH-SEC-217")]
    [MemberData(nameof(Own))]
    public void A_path_of_ours_is_kept_as_it_is(string path)
    {
        Assert.Equal(path, ReturnPath.Parse(path).Path);
        var there = new Uri(new Uri("http://localhost:8080"), ReturnPath.Parse(path).Path);
        Assert.Equal("http://localhost:8080", there.GetLeftPart(UriPartial.Authority));
    }

    [Fact]
    [Meets("GH-SEC-217", "GH-SEC-219", "GH-SEC-221")]
    public void Anything_else_leads_home()
    {
        Assert.True(Refused.Length >= 40);
        Assert.All(Refused, text => Assert.Equal("/", ReturnPath.Parse(text).Path));
        Assert.Equal("/", ReturnPath.Parse(null).Path);
        Assert.Equal("/", ReturnPath.Parse("/" + new string('a', 2048)).Path);
    }

    [Fact]
    [Meets("GH-SEC-219", "GH-SEC-220")]
    public async Task A_login_never_leads_off_our_origin()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync();

        foreach (var text in Refused.Where(text => !text.Any(char.IsSurrogate)))
        {
            var browser = new Browser(app);
            var page = (await browser.GetAsync("/auth/login?return=" + Uri.EscapeDataString(text))).IsPage();
            page.Lacks("name=\"return\"");
            var answer = await browser.PostAsync(
                "/auth/login", ("email", "alice@example.com"), ("password", App.Password), ("return", text));
            Assert.True(answer.Header("Location") == "/", $"'{text}' led to {(int)answer.Status} {answer.Header("Location")}");
        }
    }

    [Fact]
    [Meets("GH-SEC-218")]
    public async Task No_header_says_where_a_form_leads()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("KnownProxies:0", "127.0.0.1"));
        await app.JoinAsync();
        const string Evil = "https://evil.example/";
        var fields = Browser.Encode(("email", "alice@example.com"), ("password", App.Password));

        var answer = await new Browser(app).PostRawAsync("/auth/login", fields, headers:
        [
            ("Sec-Fetch-Site", "same-origin"), ("Referer", Evil), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example"),
            ("X-Original-Url", Evil), ("X-Forwarded-Prefix", "//evil.example"),
        ]);

        Assert.Equal("/", answer.Header("Location"));
    }

    [Fact]
    public async Task A_login_leads_back_to_where_the_customer_wanted_to_go()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync();
        var browser = new Browser(app);

        var page = await browser.GetAsync("/auth/login?return=%2Fshop%3Fitem%3D1%26n%3D2");
        var answer = await browser.SubmitAsync(page, ("email", "alice@example.com"), ("password", App.Password));

        Assert.Equal("/shop?item=1&n=2", answer.Header("Location"));
    }
}
