using System.Net;
using System.Text.RegularExpressions;
using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Pages;

/// <summary>What holds for every page, found by walking the route table and a customer's links.</summary>
public sealed partial class PageRulesTests
{
    private static readonly string[] Inventory =
    [
        "/", "/auth", "/auth/done", "/auth/email/undo/{token}", "/auth/email/{token}", "/auth/failed", "/auth/jlinx", "/auth/jlinx/open/{token}", "/auth/link/{provider}", "/auth/login",
        "/auth/mail/verify",
        "/auth/mail/verify/{token}", "/auth/passwd", "/auth/passwd/reset/{token}", "/auth/passwd/{token}", "/auth/reset",
        "/auth/settings", "/auth/signup", "/auth/users", "/dev/mail", "/dev/mail/{id}", "/invite", "/problems",
    ];

    [Fact]
    public async Task The_pages_are_these()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        var routes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<EndpointRules>() is { Page: true })
            .Select(route => route.RoutePattern.RawText!).Distinct(StringComparer.Ordinal)
            .Where(path => !path.StartsWith("/api/", StringComparison.Ordinal)) // a browser passes by these, to and from a provider
            .Order(StringComparer.Ordinal);

        Assert.Equal(Inventory.Order(StringComparer.Ordinal), routes);
    }

    [Fact]
    [Meets("GH-SEC-135", "GH-SEC-221", "GH-SEC-223", "GH-SEC-224", "GH-SEC-225")]
    public async Task Every_page_is_strict_accessible_and_kept_by_nobody()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        foreach (var (path, page) in await VisitAllAsync(app))
        {
            Assert.True(page.Header("Content-Type") == "text/html; charset=utf-8", $"{path}: {page.Body}");
            Assert.True(page.Header("Cache-Control") == "no-store", path);
            Assert.True(page.Header("Referrer-Policy") == "same-origin", path);
            Assert.True(page.Header("Content-Security-Policy") ==
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
                + "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types gatehouse", path);
            Assert.False(Inline().IsMatch(page.Body), $"{path} has something inline: {page.Body}");
            Assert.True(Heading().Count(page.Body) == 1, $"{path} has one main heading");
            page.Shows("<html lang=\"en\" dir=\"ltr\">");
            Assert.Matches("<title>[^<]+ – Gatehouse</title>", page.Body);
            page.Lacks("placeholder");
            foreach (Match input in Input().Matches(page.Body))
                page.Shows($"<label for=\"{input.Groups["id"]}\">");
            foreach (Match reference in DescribedBy().Matches(page.Body))
            {
                Assert.All(reference.Groups["ids"].Value.Split(' '),
                    id => page.Shows($"id=\"{id}\""));
            }
        }
    }

    [Fact]
    public async Task Every_page_answers_HEAD_as_GET_without_the_body()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        foreach (var path in new[] { "/", "/auth/login", "/auth/signup", "/problems", "/auth/gatehouse.css", "/auth/passwd/x" })
        {
            var get = await app.GetAsync(path);
            var head = await app.SendAsync(HttpMethod.Head, path, null);
            Assert.Equal(get.Status, head.Status);
            Assert.Equal(get.Header("Content-Length"), head.Header("Content-Length"));
            Assert.Equal("", head.Body);
        }
    }

    [Fact]
    [Meets("GH-SEC-039")]
    public async Task Passwords_are_marked_for_what_they_are()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var pages = await VisitAllAsync(app);

        pages["/auth/login"].Shows("autocomplete=\"username\"");
        pages["/auth/login"].Shows("autocomplete=\"current-password\"");
        pages["/auth/signup"].Shows("autocomplete=\"email\"");
        pages["/auth/signup"].Shows("autocomplete=\"new-password\"");
        pages["/auth/mail/verify/{token}"].Shows("autocomplete=\"current-password\"");
        pages["/auth/passwd/{token}"].Shows("autocomplete=\"new-password\"");
    }

    [Fact]
    [Meets("GH-SEC-134")]
    public async Task Style_and_script_are_kept_and_named_by_their_content()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("Pages:Accent", "#ffee00"));

        var page = await app.GetAsync("/auth/login");
        var style = await app.GetAsync(StyleUrl().Match(page.Body).Value);

        Assert.Equal("text/css; charset=utf-8", style.Header("Content-Type"));
        Assert.Equal("public, max-age=31536000, immutable", style.Header("Cache-Control"));
        style.Shows("--accent: #ffee00; --on-accent: #000000;");
        var script = await app.GetAsync("/auth/pages.js");
        Assert.Equal("text/javascript; charset=utf-8", script.Header("Content-Type"));
        script.Lacks("submit()"); // no mailed link is sent but by a customer's own click
        script.Lacks("requestSubmit");
    }

    [Fact]
    public async Task Where_identities_of_ones_own_are_off_no_page_speaks_of_them()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("Jlinx:Enabled", "False"));

        foreach (var path in new[] { "/auth/login", "/auth/signup" })
            (await app.GetAsync(path)).Lacks("jlinx");
        Assert.Equal(HttpStatusCode.NotFound, (await app.GetAsync("/auth/jlinx")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.GetAsync("/auth/jlinx/open/" + new string('A', 43))).Status);
    }

    [Fact]
    public async Task A_browser_is_shown_a_page_for_an_unknown_address_and_a_program_a_problem()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        (await new Browser(app).GetAsync("/nothing/here")).IsPage(404);
        (await app.GetAsync("/nothing/here")).IsProblem(404, "not_found");
    }

    [Fact]
    [Meets("GH-SEC-230")]
    public async Task Failed_logins_are_told_of_in_our_own_words()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var browser = new Browser(app);

        (await browser.GetAsync("/auth/failed?code=invite_invalid")).IsPage().Shows("This invite is not valid");
        (await browser.GetAsync("/auth/failed?code=foreign words")).IsPage().Lacks("foreign");
        (await browser.GetAsync("/?note=foreign words")).IsPage().Lacks("foreign");
    }

    [Fact]
    public async Task Starting_afresh_clears_the_cookies_and_ends_the_session()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync();
        await app.Store.AskAsync("DELETE FROM sessions");
        var browser = new Browser(app);
        await browser.PostAsync("/auth/login", ("email", "alice@example.com"), ("password", App.Password));

        var answer = await browser.SubmitAsync((await browser.GetAsync("/auth/reset")).IsPage());

        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.False(browser.HasSession);
        Assert.Equal(0, await app.Store.CountAsync("sessions"));
    }

    /// <summary>Every page as a guest and as a customer, with links that are good and links that are not.</summary>
    private static async Task<Dictionary<string, Answer>> VisitAllAsync(App app)
    {
        var browser = new Browser(app);
        var token = await app.SignUpAsync("new@example.com");
        await app.JoinAsync();
        await browser.PostAsync("/auth/passwd", ("email", "alice@example.com"));
        var reset = (await app.ResetMailAsync("alice@example.com")).Token;
        var mails = (await app.GetAsync("/dev/mail.json")).Json.GetProperty("mails");
        var pages = new Dictionary<string, Answer>(StringComparer.Ordinal);
        foreach (var path in Inventory)
        {
            var secret = path.StartsWith("/auth/passwd", StringComparison.Ordinal) ? reset : token;
            var address = path.Replace("{token}", secret, StringComparison.Ordinal)
                .Replace("{id}", mails[0].GetProperty("id").GetString(), StringComparison.Ordinal);
            if (path is not ("/auth/users" or "/auth/settings" or "/auth" or "/auth/done"))
                pages[path] = await browser.GetAsync(address);
            var posted = await browser.PostAsync(address, ("email", "<"), ("user_name", "<b>"), ("password", "x"));
            if (posted.Status is not (HttpStatusCode.SeeOther or HttpStatusCode.MethodNotAllowed))
                pages[path + " posted"] = posted;
        }
        await browser.PostAsync("/auth/login", ("email", "alice@example.com"), ("password", App.Password));
        pages["/ for a customer"] = await browser.GetAsync("/");
        pages["/auth/done"] = await browser.GetAsync("/auth/done");
        pages["/auth/users"] = await browser.GetAsync("/auth/users");
        pages["/auth/users refused"] = await browser.PostAsync("/auth/users", ("name", "<b>"), ("password", "x"));
        pages["/auth/settings"] = await browser.GetAsync("/auth/settings");
        await browser.PostAsync("/auth/settings", ("action", "open"), ("password", App.Password));
        pages["/auth/settings opened"] = await browser.GetAsync("/auth/settings");
        pages["/auth/settings refused"] = await browser.PostAsync("/auth/settings", ("action", "username"), ("username", "<b>"));
        pages["unknown"] = await browser.GetAsync("/nothing/here");
        return pages;
    }

    [GeneratedRegex(@"<script(?![^>]*\ssrc=""/auth/)|<style|<[^>]*\s(style|on[a-z]+)\s*=|<iframe|<base|=""(javascript|data):"
        + @"|=""https?://(?!localhost:8080/)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Inline();

    [GeneratedRegex("<h1>", RegexOptions.None, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex("<input id=\"(?<id>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Input();

    [GeneratedRegex("aria-describedby=\"(?<ids>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DescribedBy();

    [GeneratedRegex("/auth/gatehouse\\.css\\?v=[0-9a-f]+", RegexOptions.None, 1000)]
    private static partial Regex StyleUrl();
}
