using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>Logging in at Google, Facebook and LINE by the hosted pages.</summary>
public sealed class SocialLogInTests(SocialSite site) : VisitorTests(site), IClassFixture<SocialSite>
{
    public static TheoryData<string, bool> Providers =>
        new() { { "Google", true }, { "Google", false }, { "Facebook", true }, { "Facebook", false }, { "LINE", true }, { "LINE", false } };

    private protected override Uri[] Friends => StandIn.Sites;

    /// <summary>The browser comes from another site: the Strict cookie must be there on the very page after.</summary>
    [Theory, MemberData(nameof(Providers))]
    public async Task Who_is_new_is_in_at_once_and_finds_the_same_account_again(string title, bool script)
    {
        var visitor = await VisitAsync(script);
        var ada = await SocialSite.ComeAsync(visitor, title, "Ada");
        await visitor.SeesAsync("Ada");
        Assert.Equal("/", visitor.Path);
        Assert.True(await visitor.HasSessionAsync());

        var elsewhere = await VisitAsync(script);
        await elsewhere.GoAsync("/auth/login");
        await elsewhere.ContinueAsync(title, ada);
        await elsewhere.IsOnAsync(Labels.LoggedIn);
        Assert.Equal(1, await Site.App.Store.CountAsync($"identities WHERE subject = '{ada.Subject}'"));
    }

    [Theory, WithAndWithoutScript]
    public async Task The_way_by_a_provider_leads_to_where_the_customer_wanted_to_go(bool script)
    {
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/settings");
        await visitor.IsOnAsync(Labels.LogIn);
        await visitor.ContinueAsync("LINE", StandIn.Meet("Ada"));

        await visitor.IsOnAsync(Labels.Settings);
        Assert.Equal("/auth/settings", visitor.Path);
    }

    [Theory, WithAndWithoutScript]
    public async Task An_address_with_an_account_asks_for_its_password_and_then_for_the_user(bool script)
    {
        var family = await Site.JoinAsTwoAsync("Ada", "Grace");
        var stranger = StandIn.Meet("Ada", family.Email);
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(401);
        await visitor.GoAsync("/auth/login");
        await visitor.ContinueAsync("Google", stranger);
        await visitor.IsOnAsync(Labels.IsThisYou);
        await visitor.SeesAsync(family.Email);
        Assert.False(await visitor.HasSessionAsync());
        await visitor.FillAsync(Labels.AccountPassword, "not the password");
        await visitor.PressAsync(Labels.LinkAndLogIn);
        await visitor.SeesAsync(Labels.WrongAccountPassword);
        Assert.False(await visitor.HasSessionAsync());
        await visitor.FillAsync(Labels.AccountPassword, family.Password);
        await visitor.PressAsync(Labels.LinkAndLogIn);
        await visitor.IsOnAsync(Labels.WhoIsIt);

        var elsewhere = await VisitAsync(script);
        await elsewhere.GoAsync("/auth/login?return=/auth/settings");
        await elsewhere.ContinueAsync("Google", stranger);
        await elsewhere.IsOnAsync(Labels.WhoIsIt);
        await elsewhere.PressAsync("Grace");
        await elsewhere.IsOnAsync(Labels.Settings);
    }

    [Fact]
    public async Task An_account_without_a_password_is_never_linked_by_its_address()
    {
        var ada = await SocialSite.ComeAsync(await VisitAsync(new Look()));
        var visitor = await VisitAsync(new Look());
        await visitor.GoAsync("/auth/login");
        await visitor.ContinueAsync("Google", StandIn.Meet("Mallory", ada.Email));

        await visitor.IsOnAsync(Labels.IsThisYou);
        await visitor.SeesAsync(Labels.HasNoPassword);
        await Expect(visitor.Page.Locator("input[type=password]")).ToHaveCountAsync(0);
        Assert.False(await visitor.HasSessionAsync());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Who_says_no_is_told_so_and_not_logged_in(string title, bool script)
    {
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/login");
        await visitor.FollowAsync(Labels.ContinueWith + title);
        await visitor.PressAsync(Labels.Cancel);

        await visitor.IsOnAsync(Labels.DidNotWork);
        await visitor.SeesAsync(Labels.Cancelled);
        Assert.Equal("/auth/failed?code=login_cancelled", visitor.Path);
        Assert.False(await visitor.HasSessionAsync());
    }

    /// <summary>A link with somebody else's code and state: the browser that opens it began nothing.</summary>
    [Fact]
    public async Task An_answer_that_another_browser_began_logs_nobody_in()
    {
        var (mallory, victim) = (await VisitAsync(new Look()), await VisitAsync(new Look()));
        await mallory.GoAsync("/auth/login");
        await mallory.FollowAsync(Labels.ContinueWith + "Google");
        var ask = await mallory.Page.Locator("input[name=ask]").InputValueAsync();
        var planted = StandIn.AnswerTo(ask, StandIn.Meet("Mallory").Subject)!;
        await victim.GoAsync(planted);

        await victim.IsOnAsync(Labels.DidNotWork);
        Assert.Equal("/auth/failed?code=login_expired", victim.Path);
        Assert.False(await victim.HasSessionAsync());
    }

    [Fact]
    public async Task Two_tabs_at_two_providers_do_not_get_into_each_others_way()
    {
        var first = await VisitAsync(new Look());
        var second = await first.NewTabAsync();
        await first.GoAsync("/auth/login");
        await first.FollowAsync(Labels.ContinueWith + "Google");
        await second.GoAsync("/auth/login");
        await second.FollowAsync(Labels.ContinueWith + "LINE");
        await first.AgreeAsync(StandIn.Meet("Ada"));
        await first.IsOnAsync(Labels.LoggedIn);
        await first.SeesAsync("Ada");
    }
}

/// <summary>Where nobody gets in without an invite.</summary>
public sealed class SocialInviteTests(InviteOnlySite site) : VisitorTests(site), IClassFixture<InviteOnlySite>
{
    private protected override Uri[] Friends => StandIn.Sites;

    [Theory, WithAndWithoutScript]
    public async Task The_invite_of_the_sign_up_page_goes_along_to_the_provider(bool script)
    {
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/signup?invite=" + await Site.App.InviteAsync());
        await visitor.ContinueAsync("Google", StandIn.Meet("Ada"));

        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync("Ada");
    }

    [Theory, WithAndWithoutScript]
    public async Task Without_an_invite_nobody_new_gets_in(bool script)
    {
        var stranger = StandIn.Meet("Ada");
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/login");
        await visitor.ContinueAsync("LINE", stranger);

        await visitor.IsOnAsync(Labels.DidNotWork);
        Assert.Equal("/auth/failed?code=invite_required", visitor.Path);
        Assert.False(await visitor.HasSessionAsync());
        Assert.Equal(0, await Site.App.Store.CountAsync($"identities WHERE subject = '{stranger.Subject}'"));
    }
}
