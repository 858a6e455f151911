using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Flows;

public sealed class EmailChangeTests(Site site) : VisitorTests(site)
{
    [Theory, WithAndWithoutScript]
    public async Task A_new_address_is_the_accounts_once_its_link_is_used(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(ada, script);
        var address = await ChangeAsync(visitor, ada);

        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync(Labels.EmailIsChanged);
        await visitor.SeesAsync(address);
    }

    [Theory, WithAndWithoutScript]
    public async Task The_old_address_takes_the_change_back(bool script)
    {
        var ada = await Site.JoinAsync();
        var thief = await VisitAsync(ada, script);
        await ChangeAsync(thief, ada);
        await thief.SeesAsync(Labels.EmailIsChanged);
        var mail = await Site.MailAsync(ada.Email, each => each.Links.Any(IsUndo));
        var owner = await VisitAsync(script);
        await owner.GoAsync(mail.Links.Single(IsUndo));
        await owner.IsOnAsync(Labels.TakeBackAsk);
        await owner.PressAsync(Labels.TakeBack);

        await owner.IsOnAsync(Labels.Forgotten);
        await owner.SeesAsync(Labels.EmailIsBack);
        await thief.GoAsync("/auth/users");
        await thief.IsOnAsync(Labels.LogIn);
        await owner.GoAsync("/auth/login");
        await owner.LogInAsync(ada);
        await owner.IsOnAsync(Labels.LoggedIn);
    }

    private async Task<string> ChangeAsync(Visitor visitor, Person person)
    {
        var address = App.NewEmail();
        await visitor.OpenSettingsAsync(person);
        await visitor.UnfoldAsync(Labels.Email);
        await visitor.FillAsync(Labels.NewEmail, address);
        var mail = await Site.MailAsync(address, async () =>
        {
            await visitor.PressAsync(Labels.ChangeEmail);
            await visitor.SeesAsync(Labels.EmailAsked);
        });
        await visitor.GoAsync(mail.Links[0]);
        await visitor.IsOnAsync(Labels.UseAddress);
        await visitor.PressAsync(Labels.UseThis);
        return address;
    }

    private static bool IsUndo(string link) => link.Contains("/auth/email/undo/", StringComparison.Ordinal);
}
