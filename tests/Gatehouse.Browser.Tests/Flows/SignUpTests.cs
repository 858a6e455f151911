using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Flows;

public sealed class SignUpTests(Site site) : VisitorTests(site)
{
    [Theory, WithAndWithoutScript]
    public async Task A_guest_signs_up_opens_the_mailed_link_and_is_home(bool script)
    {
        var email = App.NewEmail();
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/");
        await visitor.FollowAsync(Labels.SignUp);
        await visitor.FillInAsync((Labels.Email, email), (Labels.Password, App.Password));
        var mail = await Site.MailAsync(email, async () =>
        {
            await visitor.PressAsync(Labels.SignUp);
            await visitor.IsOnAsync(Labels.CheckEmail);
        });

        await visitor.GoAsync(mail.Links[0]);
        await visitor.IsOnAsync(Labels.ConfirmAccount);
        await visitor.FillInAsync((Labels.YourName, "Ada"), (Labels.Password, App.Password));
        await visitor.PressAsync(Labels.Finish);

        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync("Ada");
        await visitor.SeesAsync(email);
    }
}
