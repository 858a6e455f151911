using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>Mailed links that are used, too old or wrong: the customer is told, and told how to go on.</summary>
public sealed class LinkTests(Site site) : VisitorTests(site)
{
    [Theory, WithAndWithoutScript]
    public async Task A_used_sign_up_link_says_so_and_leads_on(bool script)
    {
        var email = App.NewEmail();
        var token = await Site.App.SignUpAsync(email);
        (await Site.App.VerifyAsync(token)).IsOk();
        var visitor = await VisitAsync(script);
        await IsRefusedAsync(visitor, "/auth/mail/verify/" + token);

        await visitor.FollowAsync(Labels.SignUpAgain);
        await visitor.IsOnAsync(Labels.SignUp);
    }

    [Theory, WithAndWithoutScript]
    public async Task A_used_reset_link_says_so_and_leads_to_another(bool script)
    {
        var ada = await Site.JoinAsync();
        var token = await Site.App.ForgetPasswordAsync(ada.Email);
        (await Site.App.PostAsync($"/api/auth/passwd/{token}", App.Json(("password", "three blue herons at dawn")))).IsOk();
        var visitor = await VisitAsync(script);
        await IsRefusedAsync(visitor, "/auth/passwd/" + token);

        await visitor.FollowAsync(Labels.AskNewLink);
        await visitor.IsOnAsync(Labels.Forgotten);
    }

    [Theory, WithAndWithoutScript]
    public async Task A_link_that_grew_old_while_its_page_was_open_says_so(bool script)
    {
        var ada = await Site.JoinAsync();
        var visitor = await VisitAsync(script);
        await visitor.GoAsync("/auth/passwd/" + await Site.App.ForgetPasswordAsync(ada.Email));
        await visitor.FillAsync(Labels.NewPassword, "three blue herons at dawn");
        Site.App.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        visitor.Watch.Expect(410);
        await visitor.PressAsync(Labels.SetPassword);

        await visitor.IsOnAsync(Labels.LinkGone);
    }

    [Theory, WithAndWithoutScript]
    public async Task A_mistyped_link_says_so(bool script)
    {
        var visitor = await VisitAsync(script);
        await IsRefusedAsync(visitor, "/auth/mail/verify/nonsense");
        await IsRefusedAsync(visitor, "/invite?confirmation=nonsense");
        await IsRefusedAsync(visitor, "/auth/passwd/nonsense");
        await IsRefusedAsync(visitor, "/auth/email/nonsense");
        await IsRefusedAsync(visitor, "/auth/email/undo/nonsense");
    }

    [Fact]
    public async Task The_secret_leaves_the_address_bar_and_the_history()
    {
        var ada = await Site.JoinAsync();
        var token = await Site.App.ForgetPasswordAsync(ada.Email);
        var visitor = await VisitAsync(new Look());
        await visitor.GoAsync("/auth/passwd/" + token);
        await visitor.Page.WaitForURLAsync("**/auth/passwd");

        await visitor.GoAsync("/");
        await visitor.Page.GoBackAsync();
        Assert.DoesNotContain(token, visitor.Page.Url, StringComparison.Ordinal);
    }

    private static async Task IsRefusedAsync(Visitor visitor, string path)
    {
        visitor.Watch.Expect(410);
        await visitor.GoAsync(path);
        await visitor.IsOnAsync(Labels.LinkGone);
        await visitor.SeesAsync(Labels.UsedOrOld);
    }
}
