using System.Collections.Concurrent;
using Gatehouse.Browser.Tests.Support;
using Microsoft.Playwright;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>What a first visit costs, and what the pages allow themselves.</summary>
public sealed class FirstVisitTests(Site site) : VisitorTests(site)
{
    private const int MostBytes = 60_000;

    [Fact]
    public async Task The_login_page_weighs_little_and_asks_nobody_else()
    {
        var visitor = await VisitAsync(new Look());
        var finished = new ConcurrentQueue<IRequest>();
        visitor.Page.RequestFinished += (_, request) => finished.Enqueue(request);
        await visitor.Page.GotoAsync("/auth/login", new() { WaitUntil = WaitUntilState.NetworkIdle });
        var bytes = 0;
        foreach (var sizes in await Task.WhenAll(finished.Select(request => request.SizesAsync())))
            bytes += sizes.ResponseHeadersSize + sizes.ResponseBodySize;

        Assert.InRange(bytes, 1_000, MostBytes);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/auth/login")]
    [InlineData("/auth/signup")]
    [InlineData("/auth/settings")]
    [InlineData("/problems")]
    [InlineData("/dev/mail")]
    public async Task The_content_policy_allows_nothing_but_our_own_files(string path)
    {
        var visitor = await VisitAsync(new Look());
        var answer = await visitor.Page.GotoAsync(path);
        var policy = (await answer!.HeaderValueAsync("Content-Security-Policy"))!;

        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.All(policy.Split("; ").Select(each => each.Split(' ')), each => Assert.True(
            each is [_, "'none'" or "'self'"] or ["require-trusted-types-for", "'script'"] or ["trusted-types", "gatehouse"], policy));
    }

    [Fact]
    public async Task A_style_or_script_inside_a_page_is_stopped_and_noticed()
    {
        var visitor = await Visitor.ComeAsync(Site.App.Address, new Look());
        await visitor.GoAsync("/");
        await visitor.Page.EvaluateAsync("document.body.setAttribute('style', 'color: red')");

        await Gatehouse.Tests.Support.Eventually.TrueAsync(() => visitor.Watch.Complaints.Count > 0);
        Assert.Contains("Content Security Policy", visitor.Watch.Complaints[0], StringComparison.Ordinal);
        await visitor.LeaveAsync();
    }
}
