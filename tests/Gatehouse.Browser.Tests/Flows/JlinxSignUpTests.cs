using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>Signing up with an identity of one's own.</summary>
public sealed class JlinxSignUpTests(JlinxSite site) : VisitorTests(site), IClassFixture<JlinxSite>
{
    [Theory, WithAndWithoutScript]
    public async Task An_identity_manager_takes_the_link_and_the_tab_is_in(bool script)
    {
        await using var program = new IdentityProgram();
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/signup");
        await visitor.FollowAsync(Labels.OwnIdentity);
        await visitor.PressAsync(Labels.SignUp);
        await visitor.IsOnAsync(Labels.AddSite);
        await program.TellAsync("add", ("link", await JlinxSite.LinkAsync(visitor)), ("name", "Ada"));
        await JlinxSite.GoOnAsync(visitor);

        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync("Ada");
        await program.EventAsync("opened");
        Assert.True(await visitor.HasSessionAsync());
    }

    [Theory, WithAndWithoutScript]
    public async Task Who_has_lost_the_keys_is_shown_what_to_do_with_the_recovery_key(bool script)
    {
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/jlinx");
        await visitor.UnfoldAsync(Labels.KeysLost);
        await visitor.PressAsync(Labels.RecoverAccount);
        await visitor.IsOnAsync(Labels.AddSite);
        await visitor.UnfoldAsync(Labels.InTerminal);

        await visitor.SeesAsync($"jlinx recover {site.App.Address.Authority} 'jlinx:");
    }

    [Fact]
    public async Task A_second_window_that_waits_is_in_too()
    {
        var visitor = await VisitAsync(new Look());
        var link = await JlinxSite.OfferedAsync(visitor);
        var second = await visitor.NewTabAsync();
        await second.GoAsync("/auth/jlinx");
        await second.IsOnAsync(Labels.AddSite);
        await using var holder = await site.TakeAsync(link);

        await visitor.IsOnAsync(Labels.LoggedIn);
        await second.IsOnAsync(Labels.LoggedIn);
    }

    [Theory, WithAndWithoutScript]
    public async Task Who_has_no_password_adds_users_in_the_settings(bool script)
    {
        var visitor = await VisitAsync(script);
        await using var holder = await site.JoinAsync(visitor);
        await visitor.GoAsync("/auth/users");
        await visitor.FollowAsync(Labels.AddSomebody);

        await visitor.IsOnAsync(Labels.Settings);
    }

    [Theory, WithAndWithoutScript]
    public async Task A_code_of_the_identity_manager_is_pasted(bool script)
    {
        await using var program = new IdentityProgram();
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(422);
        var link = await JlinxSite.OfferedAsync(visitor);
        await visitor.UnfoldAsync(Labels.ShowsCode);
        await visitor.FillAsync(Labels.Code, "no code");
        await visitor.PressAsync(Labels.UseCode);
        await visitor.IsRefusedAsync(Labels.Code);
        await visitor.SeesAsync(Labels.NotTheCode);
        var added = await program.TellAsync("add", ("link", link), ("post", false), ("name", "Ada"));
        await visitor.FillAsync(Labels.Code, added.GetProperty("account").GetString()!);
        await visitor.PressAsync(Labels.UseCode);
        await JlinxSite.GoOnAsync(visitor);

        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync("Ada");
    }

    [Theory, WithAndWithoutScript]
    public async Task Who_told_no_name_is_asked_for_one_and_goes_on_to_where_they_wanted_to(bool script)
    {
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(422);
        await visitor.GoAsync("/auth/settings");
        await visitor.FollowAsync(Labels.OwnIdentity);
        await visitor.PressAsync(Labels.SignUp);
        await visitor.IsOnAsync(Labels.AddSite);
        await using var holder = await site.TakeAsync(await JlinxSite.LinkAsync(visitor), name: null);
        await JlinxSite.GoOnAsync(visitor);
        await visitor.IsOnAsync(Labels.WhatToCallYou);
        await visitor.FillAsync(Labels.YourName, "Ada");
        await visitor.PressAsync(Labels.GoOn);
        await visitor.IsOnAsync(Labels.Settings);

        await visitor.GoAsync("/");
        await visitor.SeesAsync("Ada");
    }

    /// <summary>A phone that goes over to the identity manager may find the page loaded anew.</summary>
    [Theory, WithAndWithoutScript]
    public async Task A_page_that_is_loaded_again_still_waits(bool script)
    {
        var visitor = await VisitAsync(script);
        var link = await JlinxSite.OfferedAsync(visitor);
        await visitor.GoAsync("about:blank");
        await using var holder = await site.TakeAsync(link);
        await visitor.GoAsync("/auth/jlinx");
        Assert.DoesNotContain("ticket", visitor.Page.Url, StringComparison.OrdinalIgnoreCase);
        await JlinxSite.GoOnAsync(visitor);

        await visitor.IsOnAsync(Labels.LoggedIn);
    }

    [Theory, WithAndWithoutScript]
    public async Task An_offer_that_ran_out_says_so_and_is_made_again(bool script)
    {
        var visitor = await VisitAsync(script);
        var first = await JlinxSite.OfferedAsync(visitor);
        site.App.Clock.Advance(TimeSpan.FromMinutes(11));
        if (!script)
            await visitor.PressAsync(Labels.GoOn);
        await visitor.IsOnAsync(Labels.OwnIdentity);
        await visitor.SeesAsync(Labels.TimeRanOut);
        await visitor.PressAsync(Labels.SignUp);
        await visitor.IsOnAsync(Labels.AddSite);

        Assert.False(string.Equals(first, await JlinxSite.LinkAsync(visitor), StringComparison.Ordinal));
        Assert.False(await visitor.HasSessionAsync());
    }

    [Fact]
    public async Task Without_a_script_going_on_too_early_says_that_nothing_has_come()
    {
        var visitor = await VisitAsync(script: false);
        await JlinxSite.OfferedAsync(visitor);
        await visitor.PressAsync(Labels.GoOn);

        await visitor.SeesAsync(Labels.NothingYet);
        await visitor.PressAsync(Labels.BeginAgain);
        await visitor.IsOnAsync(Labels.OwnIdentity);
    }

    [Fact]
    public async Task The_link_is_copied_by_a_button()
    {
        var visitor = await VisitAsync(new Look());
        await visitor.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var link = await JlinxSite.OfferedAsync(visitor);
        await visitor.PressAsync(Labels.Copy);
        await Expect(visitor.Button(Labels.Copied)).ToBeVisibleAsync();

        Assert.Equal(link, await visitor.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        Assert.Equal(link, await visitor.Link("Open the identity manager on this device").GetAttributeAsync("href"));
    }

    [Theory, WithAndWithoutScript]
    public async Task By_keyboard_alone_one_signs_up(bool script)
    {
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/login");
        await visitor.TabToAsync(visitor.Link(Labels.OwnIdentity));
        await visitor.KeyAsync("Enter");
        await visitor.IsOnAsync(Labels.OwnIdentity);
        await visitor.TabToAsync(visitor.Button(Labels.SignUp));
        await visitor.KeyAsync("Enter");
        await visitor.IsOnAsync(Labels.AddSite);
        await visitor.TabToAsync(visitor.Folded(Labels.ShowsCode));
        await using var holder = await site.TakeAsync(await JlinxSite.LinkAsync(visitor), name: null);
        if (!script)
        {
            await visitor.TabToAsync(visitor.Button(Labels.GoOn));
            await visitor.KeyAsync("Enter");
            await JlinxSite.GoOnAsync(visitor);
        }
        await visitor.IsOnAsync(Labels.WhatToCallYou);
        await visitor.TypeAsync(Labels.YourName, "Ada");
        await visitor.KeyAsync("Enter");

        await visitor.IsOnAsync(Labels.LoggedIn);
    }
}

/// <summary>Where nobody gets in without an invite.</summary>
public sealed class JlinxInviteTests(JlinxInviteSite site) : VisitorTests(site), IClassFixture<JlinxInviteSite>
{
    [Theory, WithAndWithoutScript]
    public async Task The_invite_of_the_sign_up_page_goes_along(bool script)
    {
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/signup?invite=" + await site.App.InviteAsync());
        await visitor.FollowAsync(Labels.OwnIdentity);
        await visitor.PressAsync(Labels.SignUp);
        await visitor.IsOnAsync(Labels.AddSite);
        await visitor.PressAsync(Labels.BeginAgain);
        await visitor.PressAsync(Labels.SignUp);
        await visitor.IsOnAsync(Labels.AddSite);
        await using var holder = await site.TakeAsync(await JlinxSite.LinkAsync(visitor));
        await JlinxSite.GoOnAsync(visitor);

        await visitor.IsOnAsync(Labels.LoggedIn);
    }

    [Theory, WithAndWithoutScript]
    public async Task Without_one_it_is_asked_for(bool script)
    {
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(403);
        await visitor.GoAsync("/auth/jlinx");
        await visitor.FillAsync(Labels.Invite, "nonsense");
        await visitor.PressAsync(Labels.SignUp);
        await visitor.SeesAsync(Labels.InviteNotValid);
        await visitor.FillAsync(Labels.Invite, await site.App.InviteAsync());
        await visitor.PressAsync(Labels.SignUp);

        await visitor.IsOnAsync(Labels.AddSite);
    }
}
