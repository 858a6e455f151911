using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

public sealed class SettingsTests(Site site) : VisitorTests(site)
{
    private const string NewPassword = "three blue herons at dawn";

    [Theory, WithAndWithoutScript]
    public async Task Settings_ask_for_the_password_also_from_who_is_logged_in(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(ada, script);
        visitor.Watch.Expect(401);
        await visitor.GoAsync("/");
        await visitor.FollowAsync(Labels.Settings);
        await visitor.FillAsync(Labels.Password, "not the password");
        await visitor.PressAsync(Labels.OpenSettings);
        await visitor.SeesAsync(Labels.WrongAccountPassword);
        await Expect(visitor.Section(Labels.DevicesPart)).ToHaveCountAsync(0);

        await visitor.OpenSettingsAsync(ada);
        await visitor.SeesAsync(ada.Email);
    }

    [Theory, WithAndWithoutScript]
    public async Task A_username_is_chosen_and_logs_in(bool script)
    {
        var ada = await Site.JoinAsync();
        var username = "ada" + ada.AccountId[^8..].ToLowerInvariant();
        var visitor = await VisitAsync(ada, script);
        await visitor.OpenSettingsAsync(ada);
        await visitor.UnfoldAsync(Labels.Username);
        await visitor.FillAsync(Labels.Username, username);
        await visitor.PressAsync(Labels.Save);
        await visitor.SeesAsync(Labels.IsSaved);
        await Expect(visitor.Field(Labels.Username)).ToHaveValueAsync(username);

        var elsewhere = await VisitAsync(script);
        await elsewhere.GoAsync("/auth/login");
        await elsewhere.LogInAsync(ada with { Email = username });
        await elsewhere.IsOnAsync(Labels.LoggedIn);
    }

    [Theory, WithAndWithoutScript]
    public async Task A_taken_username_is_refused_beside_its_field(bool script)
    {
        var (ada, grace) = (await Site.JoinAsync(), await Site.JoinAsync());
        var taken = "g" + grace.AccountId[^8..].ToLowerInvariant();
        var grant = await grace.OpenAsync();
        (await grace.SendAsync(HttpMethod.Patch, "/api/auth/account", App.Json(("username", taken)), grant)).IsOk();
        var visitor = await VisitAsync(ada, script);
        visitor.Watch.Expect(409);
        await visitor.OpenSettingsAsync(ada);
        await visitor.UnfoldAsync(Labels.Username);
        await visitor.FillAsync(Labels.Username, taken);
        await visitor.PressAsync(Labels.Save);

        await visitor.IsRefusedAsync(Labels.Username);
        await Expect(visitor.Field(Labels.Username)).ToHaveValueAsync(taken);
    }

    [Theory, WithAndWithoutScript]
    public async Task A_new_password_ends_every_other_session(bool script)
    {
        var ada = await Site.JoinAsync();
        var (here, there) = (await VisitAsync(ada, script), await VisitAsync(await ada.LogInAsync(), script));
        await there.GoAsync("/");
        await there.IsOnAsync(Labels.LoggedIn);
        await here.OpenSettingsAsync(ada);
        await here.UnfoldAsync(Labels.Password);
        await here.FillAsync(Labels.NewPassword, NewPassword);
        await here.PressAsync(Labels.ChangePassword);
        await here.SeesAsync(Labels.PasswordIsSet);

        await there.GoAsync("/auth/settings");
        await there.IsOnAsync(Labels.LogIn);
        await there.LogInAsync(ada, NewPassword);
        await there.IsOnAsync(Labels.Settings);
    }

    [Theory, WithAndWithoutScript]
    public async Task Another_device_is_logged_out_alone(bool script)
    {
        var ada = await Site.JoinAsync();
        var (here, there) = (await VisitAsync(ada, script), await VisitAsync(await ada.LogInAsync(), script));
        await there.GoAsync("/");
        await here.OpenSettingsAsync(ada);
        await here.EndADeviceAsync();
        await here.SeesAsync(Labels.SessionsEnded);

        await there.GoAsync("/auth/users");
        await there.IsOnAsync(Labels.LogIn);
        await here.GoAsync("/");
        await here.IsOnAsync(Labels.LoggedIn);
    }

    [Theory, WithAndWithoutScript]
    public async Task Every_other_device_is_logged_out_at_once(bool script)
    {
        var ada = await Site.JoinAsync();
        await ada.LogInAsync();
        await ada.LogInAsync();
        var here = await VisitAsync(ada, script);
        await here.OpenSettingsAsync(ada);
        await here.PressAsync(Labels.EndOthers);

        await here.SeesAsync(Labels.SessionsEnded);
        await Expect(here.Button(Labels.EndOthers)).ToHaveCountAsync(0);
    }

    [Theory, WithAndWithoutScript]
    public async Task Who_leaves_is_gone(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(ada, script);
        await visitor.OpenSettingsAsync(ada);
        await visitor.UnfoldAsync(Labels.Leave);
        visitor.Watch.Expect(422);
        await visitor.FillAsync(Labels.TypeToDelete, "somebody@example.com");
        await visitor.PressAsync(Labels.Delete);
        await visitor.IsRefusedAsync(Labels.TypeToDelete);
        await visitor.FillAsync(Labels.TypeToDelete, ada.Email);
        await visitor.PressAsync(Labels.Delete);
        await visitor.SeesAsync(Labels.Deleted);
        await visitor.SeesNotAsync(ada.Email);

        Assert.False(await visitor.HasSessionAsync());
        visitor.Watch.Expect(401);
        await visitor.GoAsync("/auth/login");
        await visitor.LogInAsync(ada);
        await visitor.SeesAsync(Labels.WrongCredentials);
    }
}
