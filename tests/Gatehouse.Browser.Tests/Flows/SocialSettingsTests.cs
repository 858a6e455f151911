using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>The ways in, as their owner sees and changes them.</summary>
public sealed class SocialSettingsTests(SocialSite site) : VisitorTests(site), IClassFixture<SocialSite>
{
    private const string OwnPassword = "three blue herons at dawn";

    private protected override Uri[] Friends => StandIn.Sites;

    [Theory]
    [InlineData("Google", true)]
    [InlineData("Google", false)]
    [InlineData("Facebook", true)]
    [InlineData("Facebook", false)]
    [InlineData("LINE", true)]
    [InlineData("LINE", false)]
    public async Task A_provider_is_added_and_removed(string title, bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(ada, script);
        await visitor.OpenSettingsAsync(ada);
        await visitor.PressAsync(Labels.Add + title);
        await visitor.AgreeAsync(StandIn.Meet("Ada at the other site"));
        await visitor.SeesAsync(Labels.WayAdded);
        Assert.Equal("/auth/settings?note=identity_linked", visitor.Path);
        await Expect(visitor.Section(Labels.WaysPart)).ToContainTextAsync(title);
        await Expect(visitor.Button(Labels.Add + title)).ToHaveCountAsync(0);

        await RemoveAsync(visitor);
        await visitor.SeesAsync(Labels.WayRemoved);
        await Expect(visitor.Button(Labels.Add + title)).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("Google", true)]
    [InlineData("Google", false)]
    [InlineData("Facebook", true)]
    [InlineData("LINE", true)]
    public async Task Who_has_no_password_opens_the_settings_by_a_fresh_login_and_sets_one(string title, bool script)
    {
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(422);
        var ada = await SocialSite.ComeAsync(visitor, title);
        await visitor.GoAsync("/auth/settings");
        await visitor.SeesAsync(Labels.AskElsewhere);
        await OpenWithAsync(visitor, title, ada);
        await RemoveAsync(visitor);
        await visitor.SeesAsync(Labels.LastWay);
        await visitor.UnfoldAsync(Labels.Password);
        await visitor.FillAsync(Labels.NewPassword, OwnPassword);
        await visitor.PressAsync(Labels.SetAPassword);
        await visitor.SeesAsync(Labels.PasswordIsSet);
    }

    [Fact]
    public async Task A_password_makes_the_provider_dispensable()
    {
        var visitor = await VisitAsync(new Look());
        var ada = await SocialSite.ComeAsync(visitor);
        await visitor.GoAsync("/auth/settings");
        await OpenWithAsync(visitor, "Google", ada);
        await visitor.UnfoldAsync(Labels.Password);
        await visitor.FillAsync(Labels.NewPassword, OwnPassword);
        await visitor.PressAsync(Labels.SetAPassword);
        await visitor.SeesAsync(Labels.PasswordIsSet);
        if (await visitor.Field(Labels.Password).CountAsync() > 0) // a new password ends the grants too
        {
            await visitor.FillAsync(Labels.Password, OwnPassword);
            await visitor.PressAsync(Labels.OpenSettings);
        }
        await RemoveAsync(visitor);

        await visitor.SeesAsync(Labels.WayRemoved);
    }

    [Fact]
    public async Task A_fresh_login_as_somebody_else_opens_nothing()
    {
        var visitor = await VisitAsync(new Look());
        await SocialSite.ComeAsync(visitor);
        await visitor.GoAsync("/auth/settings");
        await visitor.PressAsync("Log in with Google again");
        await visitor.AgreeAsync(StandIn.Meet("Mallory"));
        await visitor.IsOnAsync(Labels.DidNotWork);
        await visitor.SeesAsync(Labels.SomebodyElse);

        await visitor.GoAsync("/auth/settings");
        await visitor.SeesAsync(Labels.AskElsewhere);
    }

    [Fact]
    public async Task An_account_without_an_email_is_invited_to_add_one()
    {
        var visitor = await VisitAsync(new Look());
        var ada = await SocialSite.ComeAsync(visitor, "LINE");
        await visitor.GoAsync("/auth/settings");
        await OpenWithAsync(visitor, "LINE", ada);
        await visitor.SeesAsync(Labels.NoEmailYet);
        var email = App.NewEmail();
        var mail = await Site.MailAsync(email, async () =>
        {
            await visitor.UnfoldAsync(Labels.Email);
            await visitor.FillAsync(Labels.NewEmail, email);
            await visitor.PressAsync(Labels.ChangeEmail);
            await visitor.SeesAsync(Labels.EmailAsked);
        });
        await visitor.GoAsync(mail.Links[0]);
        await visitor.IsOnAsync(Labels.UseAddress);
        await visitor.PressAsync(Labels.UseThis);
        await visitor.SeesAsync(Labels.EmailIsChanged);
    }

    [Fact]
    public async Task Somebody_elses_login_is_not_added()
    {
        var stranger = await SocialSite.ComeAsync(await VisitAsync(new Look()), "Facebook");
        var mallory = await Site.JoinAsync("Mallory");
        var visitor = await VisitAsync(mallory);
        await visitor.OpenSettingsAsync(mallory);
        await visitor.PressAsync(Labels.Add + "Facebook");
        await visitor.AgreeAsync(stranger);

        await visitor.IsOnAsync(Labels.DidNotWork);
        Assert.Equal("/auth/failed?code=identity_taken", visitor.Path);
    }

    internal static async Task OpenWithAsync(Visitor visitor, string title, Stranger stranger)
    {
        await visitor.PressAsync($"Log in with {title} again");
        await visitor.AgreeAsync(stranger);
        await Expect(visitor.Section(Labels.WaysPart)).ToBeVisibleAsync();
    }

    internal static Task RemoveAsync(Visitor visitor) => visitor.Section(Labels.WaysPart)
        .Locator("button").Filter(new() { HasText = Labels.Remove }).First.ClickAsync();
}
