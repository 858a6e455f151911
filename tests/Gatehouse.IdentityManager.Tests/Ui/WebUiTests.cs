using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Ui;

namespace Gatehouse.IdentityManager.Tests.Ui;

[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class WebUiTests : IAsyncLifetime
{
    private static readonly string[] Pages =
        ["", "requests", "add", "profile", "settings", "style.css", "live.js"];

    private readonly Person ada = new();
    private readonly HttpClient browser = new();
    private WebUi ui = null!;

    private Uri Entry => new(ui.EntryAddress);

    public async Task InitializeAsync() => ui = await WebUi.StartAsync(ada.Desk, ada.Place, 0, CancellationToken.None);

    public async Task DisposeAsync()
    {
        browser.Dispose();
        await ui.DisposeAsync();
        await ada.DisposeAsync();
    }

    [Fact]
    public async Task Who_has_the_printed_address_is_let_in_once()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(new Uri(Entry, "/"))).StatusCode);
        var room = await EnterAsync();
        foreach (var page in Pages)
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new Uri(room, page))).StatusCode);
        using var another = new HttpClient();
        var again = await another.GetAsync(Entry);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        Assert.Contains("was used", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var page in Pages)
            Assert.Equal(HttpStatusCode.Unauthorized, (await another.GetAsync(new Uri(room, page))).StatusCode);
    }

    [Fact]
    public async Task Of_sixteen_at_once_one_is_let_in()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using var visitor = new HttpClient();
            return (await visitor.GetAsync(Entry)).StatusCode;
        }));
        Assert.Equal(HttpStatusCode.OK, Assert.Single(answers, status => status != HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task A_wrong_address_does_not_use_up_the_right_one()
    {
        var wrong = await browser.GetAsync(new Uri(Entry, "/enter/" + new string('A', 43)));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        await EnterAsync();
    }

    [Fact]
    public async Task The_cookie_goes_to_no_other_server_on_this_machine()
    {
        var entered = await browser.GetAsync(Entry);
        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Matches("path=/[A-Za-z0-9_-]{43}/(;|$)", cookie); // ports are nothing to browsers, paths are
    }

    [Fact]
    public async Task A_form_is_taken_of_this_origin_alone()
    {
        var room = await EnterAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await PostNameAsync(room, origin: null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostNameAsync(room, "https://evil.example")).StatusCode);
        Assert.Empty((await ada.DoAsync(new Call(Call.Profile))).Profile!);
        var saved = await PostNameAsync(room, $"http://{Entry.Authority}");
        var led = saved.RequestMessage!.RequestUri!; // got: read anew, it saves nothing again
        Assert.Equal(new Uri(room, "profile").AbsolutePath, led.AbsolutePath);
        Assert.Equal("<Ada>", (await ada.DoAsync(new Call(Call.Profile))).Profile!["name"]);
        var page = await saved.Content.ReadAsStringAsync();
        Assert.Contains("Saved.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<Ada>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Saved.", await browser.GetStringAsync(led), StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_it_went_is_told_in_the_tab_where_it_was_done()
    {
        using var tab = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var room = await EnterAsync(ui, tab);
        var next = (await PostNameAsync(room, $"http://{Entry.Authority}", tab)).Headers.Location!;
        Assert.DoesNotContain("Saved.", await tab.GetStringAsync(new Uri(room, "profile")), StringComparison.Ordinal);
        Assert.Contains("Saved.", await tab.GetStringAsync(new Uri(room, next)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_was_made_to_point_here_is_refused()
    {
        var room = await EnterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, room);
        request.Headers.Host = $"evil.example:{Entry.Port}";
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task When_the_process_that_has_the_vault_ends_the_pages_say_so()
    {
        var server = ControlServer.Open(ada.Place, ada.Desk);
        await using var remote = new RemoteDesk(ada.Place);
        await using var second = await WebUi.StartAsync(remote, ada.Place, 0, CancellationToken.None);
        var room = await EnterAsync(second);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(room)).StatusCode);
        await server.DisposeAsync();
        var answer = await browser.GetAsync(room);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("has ended", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_an_account_is_out_of_date_when_its_history_goes_on_and_not_by_another_account()
    {
        using var app = new NodeApp();
        await ada.AddAsync(app.Offer());
        var first = app.Do("accounts")["accounts"]![0]!["account"]!.DeepClone();
        await ada.AddAsync(app.Offer());
        var room = await EnterAsync();
        var page = await browser.GetStringAsync(new Uri(room, "account?number=2"));
        var state = page.Split("data-follows=\"account 2\" data-state=\"")[1].Split('"')[0];
        using var events = new StreamReader(await browser.GetStreamAsync(new Uri(room, "events")));
        Assert.Equal(state, await NextStateAsync(events));

        app.Do("security", new JsonObject { ["account"] = first });
        Assert.Equal(state, await NextStateAsync(events));
        app.Do("security");
        await Eventually.TrueAsync(async () => await NextStateAsync(events) != state);
    }

    private static async Task<string> NextStateAsync(StreamReader events)
    {
        while (await events.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return (string)JsonNode.Parse(line["data: ".Length..])!["states"]!["account 2"]!;
        }
        throw new InvalidOperationException("The page is told nothing any more.");
    }

    private Task<Uri> EnterAsync() => EnterAsync(ui);

    private async Task<Uri> EnterAsync(WebUi into, HttpClient? by = null)
    {
        var entered = await (by ?? browser).GetAsync(new Uri(into.EntryAddress));
        Assert.Equal(HttpStatusCode.OK, entered.StatusCode);
        var refresh = Assert.Single(entered.Headers.GetValues("Refresh"));
        return new Uri(new Uri(into.EntryAddress), refresh.Split("url=")[1]);
    }

    private async Task<HttpResponseMessage> PostNameAsync(Uri room, string? origin, HttpClient? by = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(room, "profile"));
        request.Content = new FormUrlEncodedContent([new("name", "<Ada>")]);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return await (by ?? browser).SendAsync(request);
    }
}
