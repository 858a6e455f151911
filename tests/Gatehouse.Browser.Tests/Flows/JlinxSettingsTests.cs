using Gatehouse.Browser.Tests.Support;
using Gatehouse.Jlinx.Events;
using Gatehouse.Tests.Jlinx;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>An identity of one's own among the ways in, and in place of a password.</summary>
public sealed class JlinxSettingsTests(JlinxSite site) : VisitorTests(site), IClassFixture<JlinxSite>
{
    [Theory, WithAndWithoutScript]
    public async Task An_identity_is_added_and_removed(bool script)
    {
        var ada = await site.JoinAsync();
        var visitor = await VisitAsync(ada, script);
        await visitor.OpenSettingsAsync(ada);
        await using var holder = await AddAsync(visitor, site);
        await Expect(visitor.Section(Labels.WaysPart)).ToContainTextAsync(Labels.OwnWay);
        await Expect(visitor.Button(Labels.AddIdentity)).ToHaveCountAsync(0);
        await visitor.SeesAsync("Your own identity added");

        await SocialSettingsTests.RemoveAsync(visitor);
        await visitor.SeesAsync(Labels.WayRemoved);
        await visitor.SeesAsync("Your own identity removed");
        await Expect(visitor.Button(Labels.AddIdentity)).ToBeVisibleAsync();
    }

    [Theory, WithAndWithoutScript]
    public async Task Who_has_no_password_opens_the_settings_by_approval(bool script)
    {
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(422);
        await using var holder = await site.JoinAsync(visitor);
        await OpenAsync(visitor, holder);

        await SocialSettingsTests.RemoveAsync(visitor);
        await visitor.SeesAsync(Labels.LastWay);
    }

    [Theory, WithAndWithoutScript]
    public async Task Who_says_no_leaves_the_settings_closed(bool script)
    {
        var visitor = await VisitAsync(script);
        await using var holder = await site.JoinAsync(visitor);
        await visitor.GoAsync("/auth/settings");
        await visitor.PressAsync(Labels.Approve);
        await JlinxSite.CodeAsync(visitor);
        await holder.RejectAsync(await holder.NextAsync<SessionRequested>());
        await JlinxTests.HeardAsync(site.App, holder);
        await JlinxSite.GoOnAsync(visitor);

        await visitor.IsOnAsync(Labels.Settings);
        await visitor.SeesAsync(Labels.SaidNo);
        await Expect(visitor.Button(Labels.Approve)).ToBeVisibleAsync();
    }

    [Theory, WithAndWithoutScript]
    public async Task Adding_one_is_given_up_by_a_button(bool script)
    {
        var ada = await site.JoinAsync();
        var visitor = await VisitAsync(ada, script);
        await visitor.OpenSettingsAsync(ada);
        await visitor.PressAsync(Labels.AddIdentity);
        await visitor.IsOnAsync(Labels.AddIdentity);
        await visitor.PressAsync(Labels.Cancel);

        await Expect(visitor.Button(Labels.AddIdentity)).ToBeVisibleAsync();
        await visitor.IsOnAsync(Labels.Settings);
    }

    internal static async Task<Holder> AddAsync(Visitor visitor, JlinxSite site)
    {
        await visitor.PressAsync(Labels.AddIdentity);
        await visitor.IsOnAsync(Labels.AddIdentity);
        var holder = await site.TakeAsync(await JlinxSite.LinkAsync(visitor));
        await JlinxSite.GoOnAsync(visitor);
        await visitor.SeesAsync(Labels.WayAdded);
        return holder;
    }

    internal static async Task OpenAsync(Visitor visitor, Holder holder)
    {
        await visitor.GoAsync("/auth/settings");
        await visitor.PressAsync(Labels.Approve);
        await JlinxSite.CodeAsync(visitor);
        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());
        await JlinxSite.GoOnAsync(visitor);
        await Expect(visitor.Section(Labels.WaysPart)).ToBeVisibleAsync();
    }
}
