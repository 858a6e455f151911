using Gatehouse.Browser.Tests.Support;

namespace Gatehouse.Browser.Tests.Flows;

public sealed class RecoveryTests(Site site) : VisitorTests(site)
{
    private const string NewPassword = "three blue herons at dawn";

    [Theory, WithAndWithoutScript]
    public async Task A_forgotten_password_is_replaced_by_a_mailed_link(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/login");
        await visitor.FollowAsync(Labels.Forgotten);
        await visitor.FillAsync(Labels.EmailOrUsername, ada.Email);
        var mail = await Site.MailAsync(ada.Email, async () =>
        {
            await visitor.PressAsync(Labels.SendLink);
            await visitor.SeesAsync(Labels.MailIsOnItsWay);
        });

        await visitor.GoAsync(mail.Links[0]);
        await visitor.IsOnAsync(Labels.ChooseNew);
        await visitor.FillAsync(Labels.NewPassword, NewPassword);
        await visitor.PressAsync(Labels.SetPassword);

        await visitor.IsOnAsync(Labels.LogIn);
        await visitor.SeesAsync(Labels.PasswordIsSet);
        await visitor.LogInAsync(ada, NewPassword);
        await visitor.IsOnAsync(Labels.LoggedIn);
    }

    [Theory, WithAndWithoutScript]
    public async Task Another_device_is_logged_out_by_it(bool script)
    {
        var ada = await Site.JoinAsync();
        var elsewhere = await VisitAsync(ada, script);
        await elsewhere.GoAsync("/");
        await elsewhere.IsOnAsync(Labels.LoggedIn);
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/passwd/" + await Site.App.ForgetPasswordAsync(ada.Email));
        await visitor.FillAsync(Labels.NewPassword, NewPassword);
        await visitor.PressAsync(Labels.SetPassword);
        await visitor.SeesAsync(Labels.PasswordIsSet);

        await elsewhere.GoAsync("/auth/users");
        await elsewhere.IsOnAsync(Labels.LogIn);
    }

    [Theory, WithAndWithoutScript]
    public async Task A_weak_password_is_refused_and_the_link_stays_good(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(422);
        await visitor.GoAsync("/auth/passwd/" + await Site.App.ForgetPasswordAsync(ada.Email));
        await visitor.FillAsync(Labels.NewPassword, "short");
        await visitor.PressAsync(Labels.SetPassword);
        await visitor.IsRefusedAsync(Labels.NewPassword);
        await visitor.FillAsync(Labels.NewPassword, NewPassword);
        await visitor.PressAsync(Labels.SetPassword);

        await visitor.SeesAsync(Labels.PasswordIsSet);
    }
}
