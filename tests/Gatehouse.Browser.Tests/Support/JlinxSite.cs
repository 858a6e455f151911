using Gatehouse.Tests.Jlinx;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>
/// A server whose customers may bring an identity of their own. Its time is the machine's, since npm's identity manager goes by
/// that, and goes on by itself, since pages wait; a test may still move it on.
/// </summary>
public class JlinxSite : Site
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private volatile bool isOver;
    private Task ticking = Task.CompletedTask;

    public override async Task DisposeAsync()
    {
        isOver = true;
        await ticking;
        await base.DisposeAsync();
    }

    private protected override async Task<App> StartAsync()
    {
        var address = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        var app = await App.StartAtAsync(
            StoreKind.Sqlite, TimeProvider.System.GetUtcNow(),
            [("urls", address), ("PublicUrl", address), .. Settings]);
        ticking = Task.Run(() => TickAsync(app.Clock));
        return app;
    }

    private protected virtual (string Key, string Value)[] Settings => [("RateLimits:Enabled", "false")];

    /// <summary>The link that the page shows.</summary>
    internal static async Task<string> OfferedAsync(Visitor visitor)
    {
        await visitor.GoAsync("/auth/jlinx");
        await visitor.PressAsync(Labels.SignUp);
        await visitor.IsOnAsync(Labels.AddSite);
        return await LinkAsync(visitor);
    }

    internal static async Task<string> LinkAsync(Visitor visitor) => await visitor.Page.Locator("#jlinx-link").InnerTextAsync();

    /// <summary>The digits that the page shows.</summary>
    internal static async Task<string> CodeAsync(Visitor visitor)
    {
        await visitor.IsOnAsync(Labels.ApproveIt);
        return await visitor.Page.Locator(".digits [aria-hidden]").InnerTextAsync();
    }

    /// <summary>The program takes what was offered and says so.</summary>
    internal async Task<Holder> TakeAsync(string link, string? name = "Ada")
    {
        Assert.True(Gatehouse.Jlinx.Names.SignUpLink.TryParse(link, out var parsed));
        var holder = await new Holder(App, parsed).TakeAsync(taking => taking with { Name = name });
        (await App.PostAsync(JlinxTests.Accounts, Holder.Json("app_account", holder.Id))).IsOk();
        return holder;
    }

    /// <summary>Signs up, and in. Without a script the customer presses "go on".</summary>
    internal async Task<Holder> JoinAsync(Visitor visitor, string? name = "Ada")
    {
        var holder = await TakeAsync(await OfferedAsync(visitor), name);
        await GoOnAsync(visitor);
        await visitor.IsOnAsync(name is null ? Labels.WhatToCallYou : Labels.LoggedIn);
        return holder;
    }

    /// <summary>The button is there for who has no script.</summary>
    internal static async Task GoOnAsync(Visitor visitor)
    {
        if (!await visitor.Page.Locator("noscript button").IsVisibleAsync())
            return;
        var waits = visitor.Page.Locator("form[data-watch]");
        while (await waits.CountAsync() > 0)
            await visitor.Button(Labels.GoOn).ClickAsync();
    }

    /// <summary>Another site to a browser. Nothing is asked there.</summary>
    internal Uri Elsewhere => new UriBuilder(App.Address) { Host = "localhost", Path = "/elsewhere" }.Uri;

    /// <summary>By a link on that site.</summary>
    internal async Task FollowFromElsewhereAsync(Visitor visitor, string path)
    {
        await visitor.Page.Context.RouteAsync(Elsewhere.ToString(), route => route.FulfillAsync(new()
        {
            ContentType = "text/html",
            Body = $"<!doctype html><title>Elsewhere</title><a href=\"{new Uri(App.Address, path)}\">Win</a>",
        }));
        await visitor.GoAsync(Elsewhere.ToString());
        await visitor.FollowAsync("Win");
        await visitor.SeesAsync(Labels.WantsToLogIn);
    }

    private async Task TickAsync(FakeClock clock)
    {
        while (!isOver)
        {
            await Task.Delay(Step, TimeProvider.System, CancellationToken.None);
            clock.Advance(Step);
        }
    }
}

public sealed class JlinxInviteSite : JlinxSite
{
    private protected override (string Key, string Value)[] Settings => [("SignUp:Mode", "InviteOnly"), ("RateLimits:Enabled", "false")];
}

public sealed class JlinxLimitedSite : JlinxSite
{
    private protected override (string Key, string Value)[] Settings => [("RateLimits:Enabled", "true")];
}
