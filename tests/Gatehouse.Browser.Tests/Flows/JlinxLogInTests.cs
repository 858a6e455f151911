using Gatehouse.Browser.Tests.Support;
using Gatehouse.Jlinx.Events;
using Gatehouse.Tests.Jlinx;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>Logging in with an identity of one's own.</summary>
public sealed class JlinxLogInTests(JlinxSite site) : VisitorTests(site), IClassFixture<JlinxSite>
{
    private protected override Uri[] Friends => [site.Elsewhere];

    [Theory, WithAndWithoutScript]
    public async Task Whoever_approves_with_the_number_that_the_page_shows_is_in(bool script)
    {
        await using var program = new IdentityProgram();
        var id = await JoinAsync(program);
        var visitor = await AskAsync(id, script, "/auth/settings");
        var request = await program.EventAsync("requested");
        await program.TellAsync(
            "approve", ("request", request.GetProperty("request").GetString()!), ("code", await JlinxSite.CodeAsync(visitor)));
        await JlinxSite.GoOnAsync(visitor);

        await visitor.IsOnAsync(Labels.Settings);
        Assert.Equal("/auth/settings", visitor.Path);
        Assert.True(await visitor.HasSessionAsync());
    }

    [Theory, WithAndWithoutScript]
    public async Task Whoever_says_no_lets_nobody_in(bool script)
    {
        await using var holder = await site.JoinAsync(await VisitAsync(new Look()));
        var visitor = await AskAsync(holder.Id, script);
        await holder.RejectAsync(await holder.NextAsync<SessionRequested>());
        await JlinxTests.HeardAsync(site.App, holder);
        await JlinxSite.GoOnAsync(visitor);

        await visitor.IsOnAsync(Labels.OwnIdentity);
        await visitor.SeesAsync(Labels.SaidNo);
        Assert.False(await visitor.HasSessionAsync());
        await visitor.FillAsync(Labels.Identifier, holder.Id);
        await visitor.PressAsync(Labels.LogIn);
        await JlinxSite.CodeAsync(visitor);
    }

    [Theory, WithAndWithoutScript]
    public async Task What_nobody_answers_runs_out(bool script)
    {
        var visitor = await AskAsync("nobody", script);
        site.App.Clock.Advance(TimeSpan.FromMinutes(2.5));
        if (!script)
            await visitor.PressAsync(Labels.GoOn);

        await visitor.IsOnAsync(Labels.OwnIdentity);
        await visitor.SeesAsync(Labels.TimeRanOut);
        Assert.False(await visitor.HasSessionAsync());
    }

    [Theory, WithAndWithoutScript]
    public async Task Nothing_typed_is_refused_at_its_field(bool script)
    {
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(422);
        await visitor.GoAsync("/auth/jlinx");
        await visitor.FillAsync(Labels.Identifier, new string('a', 301));
        await visitor.PressAsync(Labels.LogIn);

        await visitor.IsRefusedAsync(Labels.Identifier);
    }

    [Theory, WithAndWithoutScript]
    public async Task The_identity_manager_opens_the_site_logged_in(bool script)
    {
        await using var program = new IdentityProgram();
        await JoinAsync(program);
        var link = (await program.TellAsync("login")).GetProperty("url").GetString()!;
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(410);
        await visitor.GoAsync(link);
        if (!script)
            await visitor.PressAsync(Labels.LogIn);
        await visitor.IsOnAsync(Labels.LoggedIn);
        await program.EventAsync("redeemed");

        var other = await VisitAsync(script);
        other.Watch.Expect(410);
        await other.GoAsync(link);
        if (!script)
            await other.PressAsync(Labels.LogIn);
        await other.IsOnAsync(Labels.LinkGone);
        await other.SeesAsync(Labels.OldLoginLink);
        Assert.False(await other.HasSessionAsync());
        await other.FollowAsync(Labels.LogIn);
        await other.IsOnAsync(Labels.OwnIdentity);
    }

    /// <summary>Else a page of Mallory's could log others in as Mallory.</summary>
    [Fact]
    public async Task A_login_link_on_another_site_waits_for_the_customers_own_click()
    {
        var visitor = await VisitAsync(new Look());
        await site.FollowFromElsewhereAsync(visitor, "/auth/jlinx/open/" + new string('A', 43));

        await visitor.IsOnAsync(Labels.LogIn);
        await Microsoft.Playwright.Assertions.Expect(visitor.Button(Labels.LogIn)).ToBeEnabledAsync();
        Assert.Equal("/auth/jlinx", visitor.Path);
    }

    private async Task<string> JoinAsync(IdentityProgram program)
    {
        var visitor = await VisitAsync(new Look());
        var added = await program.TellAsync("add", ("link", await JlinxSite.OfferedAsync(visitor)), ("name", "Ada"));
        await visitor.IsOnAsync(Labels.LoggedIn);
        return added.GetProperty("account").GetString()!;
    }

    private async Task<Visitor> AskAsync(string identifier, bool script, string? target = null)
    {
        var visitor = await VisitAsync(script);
        await visitor.GoAsync(target ?? "/auth/login");
        await visitor.FollowAsync(Labels.OwnIdentity);
        await visitor.FillAsync(Labels.Identifier, identifier);
        await visitor.PressAsync(Labels.LogIn);
        await JlinxSite.CodeAsync(visitor);
        return visitor;
    }
}

/// <summary>Where nobody is asked too often.</summary>
public sealed class JlinxLimitTests(JlinxLimitedSite site) : VisitorTests(site), IClassFixture<JlinxLimitedSite>
{
    [Theory, WithAndWithoutScript]
    public async Task Who_asks_too_often_is_told_how_long_to_wait(bool script)
    {
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(429);
        for (var tries = 0; tries < 3; tries++)
        {
            await AskAsync(visitor, script);
            await JlinxSite.CodeAsync(visitor);
            await visitor.PressAsync(Labels.BeginAgain);
            await visitor.IsOnAsync(Labels.OwnIdentity);
        }
        await AskAsync(visitor, script);

        await visitor.IsAlertedAsync();
        await visitor.SeesAsync("Please wait 10 minutes.");
        Assert.False(await visitor.HasSessionAsync());
    }

    private static async Task AskAsync(Visitor visitor, bool script)
    {
        await visitor.GoAsync("/auth/jlinx");
        await visitor.FillAsync(Labels.Identifier, script ? "nobody" : "somebody");
        await visitor.PressAsync(Labels.LogIn);
    }
}
