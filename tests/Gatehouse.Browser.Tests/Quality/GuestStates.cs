using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>What somebody sees who is not logged in. A new page is a line here.</summary>
internal static class GuestStates
{
    public static readonly IReadOnlyList<State> All =
    [
        State.At("home-guest", "/"),
        State.At("home-notice", "/?note=logged_out"),
        State.At("home-deleted", "/?note=deleted"),
        State.At("signup-empty", "/auth/signup"),
        new("signup-refused", RefuseSignUpAsync),
        new("signup-invite", RefuseInviteAsync),
        State.At("mail-sent", "/auth/mail/verify"),
        State.At("mail-notice", "/auth/mail/verify?note=sent"),
        new("mail-refused", RefuseResendAsync),
        new("verify-empty", async (visitor, site) => await visitor.GoAsync("/auth/mail/verify/" + await site.App.SignUpAsync(App.NewEmail()))),
        new("verify-refused", RefuseVerificationAsync),
        State.At("verify-link_invalid", "/auth/mail/verify/nonsense"),
        State.At("login-empty", "/auth/login"),
        State.At("login-notice", "/auth/login?note=password_changed"),
        new("login-refused", (visitor, _) => LogInAsync(visitor, "nobody@example.com", "not the password")),
        new("login-unverified", RefuseUnverifiedAsync),
        State.At("forgotten-empty", "/auth/passwd"),
        State.At("forgotten-sent", "/auth/passwd?note=sent"),
        State.At("forgotten-notice", "/auth/passwd?note=taken_back"),
        new("passwd-empty", ToNewPasswordAsync),
        new("passwd-refused", RefuseNewPasswordAsync),
        State.At("passwd-link_invalid", "/auth/passwd/nonsense"),
        new("email-empty", async (visitor, site) => await visitor.GoAsync((await site.ChangeEmailAsync()).Confirm)),
        State.At("email-link_invalid", "/auth/email/nonsense"),
        new("undo-empty", async (visitor, site) => await visitor.GoAsync((await site.ChangeEmailAsync()).Undo)),
        State.At("undo-link_invalid", "/auth/email/undo/nonsense"),
        State.At("login-to_go_on", "/auth/login?return=/auth/settings"),
        State.At("login-cookies", "/auth/login?note=cookies"),
        State.At("failed-unknown", "/auth/failed"),
        State.At("failed-known", "/auth/failed?code=too_many_requests"),
        State.At("reset-empty", "/auth/reset"),
        State.At("problem-not_found", "/nowhere"),
        State.At("problems-all", "/problems"),
    ];

    private static async Task RefuseSignUpAsync(Visitor visitor, Site site)
    {
        await visitor.GoAsync("/auth/signup");
        await visitor.FillInAsync((Labels.Email, "ada@example.com"), (Labels.Password, "password1"), (Labels.YourNameOptional, "Ada"));
        await visitor.PressAsync(Labels.SignUp);
        await visitor.IsRefusedAsync(Labels.Password);
    }

    private static async Task RefuseInviteAsync(Visitor visitor, Site site)
    {
        await visitor.GoAsync("/auth/signup?invite=nonsense");
        await visitor.FillInAsync((Labels.Email, "ada@example.com"), (Labels.Password, App.Password));
        await visitor.PressAsync(Labels.SignUp);
        await visitor.SeesAsync(Labels.InviteNotValid);
    }

    private static async Task RefuseResendAsync(Visitor visitor, Site site)
    {
        await visitor.GoAsync("/auth/mail/verify");
        await visitor.FillAsync(Labels.Email, "ada@nowhere..example");
        await visitor.Page.Locator("form").EvaluateAllAsync<object?>("forms => forms.forEach(form => { form.noValidate = true; })");
        await visitor.PressAsync(Labels.SendAgain);
        await visitor.IsRefusedAsync(Labels.Email);
    }

    private static async Task RefuseVerificationAsync(Visitor visitor, Site site)
    {
        await visitor.GoAsync("/auth/mail/verify/" + await site.App.SignUpAsync(App.NewEmail()));
        await visitor.FillInAsync((Labels.YourName, "Ada"), (Labels.Password, "not the password"));
        await visitor.PressAsync(Labels.Finish);
        await visitor.SeesAsync(Labels.NotTheChosenPassword);
    }

    private static async Task LogInAsync(Visitor visitor, string email, string password)
    {
        await visitor.GoAsync("/auth/login");
        await visitor.FillInAsync((Labels.EmailOrUsername, email), (Labels.Password, password));
        await visitor.PressAsync(Labels.LogIn);
        await visitor.IsAlertedAsync();
    }

    private static async Task RefuseUnverifiedAsync(Visitor visitor, Site site)
    {
        var email = App.NewEmail();
        await site.App.SignUpAsync(email);
        await LogInAsync(visitor, email, App.Password);
    }

    private static async Task ToNewPasswordAsync(Visitor visitor, Site site) =>
        await visitor.GoAsync("/auth/passwd/" + await site.App.ForgetPasswordAsync((await site.JoinAsync()).Email));

    private static async Task RefuseNewPasswordAsync(Visitor visitor, Site site)
    {
        await ToNewPasswordAsync(visitor, site);
        await visitor.FillAsync(Labels.NewPassword, "password1");
        await visitor.PressAsync(Labels.SetPassword);
        await visitor.IsRefusedAsync(Labels.NewPassword);
    }
}
