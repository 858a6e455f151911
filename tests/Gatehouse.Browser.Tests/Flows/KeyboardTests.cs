using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>By keyboard alone. Each stop on the way must show where the focus is.</summary>
public sealed class KeyboardTests(Site site) : VisitorTests(site)
{
    [Theory, WithAndWithoutScript]
    public async Task A_guest_signs_up(bool script)
    {
        var email = App.NewEmail();
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/");
        await visitor.TabToAsync(visitor.Link(Labels.SignUp));
        await visitor.KeyAsync("Enter");
        await visitor.IsOnAsync(Labels.SignUp);
        await visitor.TypeAsync(Labels.Email, email);
        await visitor.TypeAsync(Labels.Password, App.Password);
        var mail = await Site.MailAsync(email, async () =>
        {
            await visitor.KeyAsync("Enter");
            await visitor.IsOnAsync(Labels.CheckEmail);
        });
        await visitor.GoAsync(mail.Links[0]);
        await visitor.TypeAsync(Labels.YourName, "Ada");
        await visitor.TypeAsync(Labels.Password, App.Password);
        await visitor.TabToAsync(visitor.Button(Labels.Finish));
        await visitor.KeyAsync("Space");

        await visitor.IsOnAsync(Labels.LoggedIn);
    }

    [Theory, WithAndWithoutScript]
    public async Task A_customer_logs_in_and_says_who_it_is(bool script)
    {
        var family = await Site.JoinAsTwoAsync("Ada", "Grace");
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/login");
        await visitor.TypeAsync(Labels.EmailOrUsername, family.Email);
        await visitor.TypeAsync(Labels.Password, App.Password);
        await visitor.KeyAsync("Enter");
        await visitor.IsOnAsync(Labels.WhoIsIt);
        await visitor.TabToAsync(visitor.Button("Grace"));
        await visitor.KeyAsync("Enter");

        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.SeesAsync("Grace");
    }

    [Theory, WithAndWithoutScript]
    public async Task A_customer_goes_through_the_settings_and_leaves(bool script)
    {
        var ada = await Site.JoinAsync("Ada");
        var visitor = await VisitAsync(ada, script);
        await visitor.GoAsync("/auth/settings");
        await visitor.TypeAsync(Labels.Password, App.Password);
        await visitor.KeyAsync("Enter");
        await visitor.TabToAsync(visitor.Folded(Labels.Username));
        await visitor.KeyAsync("Enter");
        await visitor.TypeAsync(Labels.Username, "u" + ada.AccountId[^8..].ToLowerInvariant());
        await visitor.KeyAsync("Enter");
        await visitor.SeesAsync(Labels.IsSaved);
        await visitor.TabToAsync(visitor.Folded(Labels.Leave));
        await visitor.KeyAsync("Enter");
        await visitor.TypeAsync(Labels.TypeToDelete, ada.Email);
        await visitor.TabToAsync(visitor.Button(Labels.Delete));
        await visitor.KeyAsync("Enter");

        await visitor.SeesAsync(Labels.Deleted);
    }

    [Theory, WithAndWithoutScript]
    public async Task After_a_refusal_the_focus_is_where_the_fault_is(bool script)
    {
        var visitor = await VisitAsync(script);
        visitor.Watch.Expect(422);
        await visitor.GoAsync("/auth/signup");
        await visitor.TypeAsync(Labels.Email, App.NewEmail());
        await visitor.TypeAsync(Labels.Password, "password1");
        await visitor.KeyAsync("Enter");

        await visitor.IsRefusedAsync(Labels.Password);
        await Microsoft.Playwright.Assertions.Expect(visitor.Field(Labels.Password)).ToBeFocusedAsync();
    }
}
