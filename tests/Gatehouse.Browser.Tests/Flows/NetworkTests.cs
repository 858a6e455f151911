using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>The way to us is slow, or gone for a while.</summary>
public sealed class NetworkTests(Site site) : VisitorTests(site)
{
    [Theory, WithAndWithoutScript]
    public async Task A_slow_way_leads_to_the_same_end(bool script)
    {
        var ada = await Site.JoinAsync("Ada");
        await using var way = TcpProxy.To("127.0.0.1", Site.App.Address.Port);
        way.Slow(TimeSpan.FromMilliseconds(500));
        var visitor = await VisitByAsync(way, new Look { Script = script });
        await visitor.GoAsync("/auth/login");
        await visitor.LogInAsync(ada);

        await visitor.IsOnAsync(Labels.LoggedIn);
    }

    [Fact]
    public async Task A_login_that_did_not_get_through_loses_nothing_that_was_typed()
    {
        var ada = await Site.JoinAsync("Ada");
        await using var way = TcpProxy.To("127.0.0.1", Site.App.Address.Port);
        var visitor = await VisitByAsync(way, new Look());
        await visitor.GoAsync("/auth/login");
        visitor.Watch.ExpectBreaks();
        way.Cut();
        await visitor.LogInAsync(ada);
        await visitor.SeesAsync(Labels.NothingIsLost);
        way.Pass();
        await visitor.PressAsync(Labels.LogIn);

        await visitor.IsOnAsync(Labels.LoggedIn);
    }

    [Fact]
    public async Task A_login_that_did_not_get_through_is_done_again_without_a_script()
    {
        var ada = await Site.JoinAsync("Ada");
        await using var way = TcpProxy.To("127.0.0.1", Site.App.Address.Port);
        var visitor = await VisitByAsync(way, new Look { Script = false });
        await visitor.GoAsync("/auth/login");
        visitor.Watch.ExpectBreaks();
        way.Cut();
        await visitor.LogInAsync(ada);
        await visitor.Page.WaitForURLAsync("chrome-error://**"); // the browser's own word on it
        way.Pass();
        await visitor.GoAsync("/auth/login");
        await visitor.LogInAsync(ada);

        await visitor.IsOnAsync(Labels.LoggedIn);
    }

    [Fact]
    public async Task A_page_works_without_its_style_and_script()
    {
        var ada = await Site.JoinAsync("Ada");
        var visitor = await VisitAsync(new Look());
        visitor.Watch.ExpectBreaks();
        await visitor.Page.RouteAsync("**/*.{css,js}*", route => route.AbortAsync());
        await visitor.GoAsync("/auth/login");
        await visitor.LogInAsync(ada);

        await visitor.IsOnAsync(Labels.LoggedIn);
    }
}
