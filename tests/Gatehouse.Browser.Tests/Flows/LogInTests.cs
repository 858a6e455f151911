using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

public sealed class LogInTests(Site site) : VisitorTests(site)
{
    [Theory, WithAndWithoutScript]
    public async Task A_customer_with_one_user_is_home_at_once(bool script)
    {
        var ada = await Site.JoinAsync("Ada");
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/");
        await visitor.FollowAsync(Labels.LogIn);
        await visitor.LogInAsync(ada);

        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync("Ada");
    }

    [Theory, WithAndWithoutScript]
    public async Task A_customer_with_several_users_says_who_it_is_today(bool script)
    {
        var family = await Site.JoinAsTwoAsync("Ada", "Grace");
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/login");
        await visitor.LogInAsync(family);

        await visitor.IsOnAsync(Labels.WhoIsIt);
        await visitor.PressAsync("Grace");

        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync("Grace");
    }

    [Theory, WithAndWithoutScript]
    public async Task A_user_is_added_with_the_accounts_password(bool script)
    {
        var ada = await Site.JoinAsync("Ada");
        var visitor = await VisitAsync(ada, script);
        await visitor.GoAsync("/");
        await visitor.FollowAsync(Labels.ChooseAnother);
        await visitor.UnfoldAsync(Labels.AddAUser);
        await visitor.FillInAsync((Labels.Name, "Grace"), (Labels.AccountPassword, App.Password));
        await visitor.PressAsync(Labels.AddUser);

        await visitor.SeesAsync(Labels.UserAdded);
        await Expect(visitor.Button("Grace")).ToBeVisibleAsync();
    }

    [Theory, WithAndWithoutScript]
    public async Task A_wrong_password_is_told_and_the_address_stays(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(401);
        await visitor.GoAsync("/auth/login");
        await visitor.LogInAsync(ada, "not the password");

        await visitor.SeesAsync(Labels.WrongCredentials);
        await Expect(visitor.Field(Labels.EmailOrUsername)).ToHaveValueAsync(ada.Email);
        await Expect(visitor.Field(Labels.Password)).ToHaveValueAsync("");
        Assert.False(await visitor.HasSessionAsync());
        await visitor.LogInAsync(ada);
        await visitor.IsOnAsync(Labels.LoggedIn);
    }

    [Theory, WithAndWithoutScript]
    public async Task Who_has_not_opened_the_link_yet_is_told_and_gets_another(bool script)
    {
        var email = App.NewEmail();
        await Site.App.SignUpAsync(email);
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(403);
        await visitor.GoAsync("/auth/login");
        await visitor.FillInAsync((Labels.EmailOrUsername, email), (Labels.Password, App.Password));
        await visitor.PressAsync(Labels.LogIn);
        await visitor.FollowAsync(Labels.SendMailAgain);
        await visitor.FillAsync(Labels.Email, email);
        var mail = await Site.MailAsync(email, async () =>
        {
            await visitor.PressAsync(Labels.SendAgain);
            await visitor.SeesAsync(Labels.SentAgain);
        });

        await visitor.GoAsync(mail.Links[0]);
        await visitor.IsOnAsync(Labels.ConfirmAccount);
    }

    [Theory, WithAndWithoutScript]
    public async Task Logging_in_leads_to_where_the_customer_wanted_to_go(bool script)
    {
        var family = await Site.JoinAsTwoAsync("Ada", "Grace");
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/settings");
        await visitor.IsOnAsync(Labels.LogIn);
        await visitor.LogInAsync(family);
        await visitor.IsOnAsync(Labels.WhoIsIt);
        await visitor.PressAsync("Ada");

        await visitor.IsOnAsync(Labels.Settings);
        Assert.Equal("/auth/settings", visitor.Path);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/%09/evil.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task A_way_out_of_our_house_leads_home(string target)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(new Look());
        await visitor.GoAsync("/auth/login?return=" + Uri.EscapeDataString(target));
        await visitor.LogInAsync(ada);

        await visitor.IsOnAsync(Labels.LoggedIn);
        Assert.Equal("/", visitor.Path);
    }
}
