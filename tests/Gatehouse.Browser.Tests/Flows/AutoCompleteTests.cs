using Gatehouse.Browser.Tests.Quality;
using Gatehouse.Browser.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>
/// What tells browsers and password managers which field takes what (HTML's autofill tokens, WCAG 1.3.5), and phones which
/// keys to show.
/// </summary>
public sealed class AutoCompleteTests(Site site) : VisitorTests(site)
{
    [Theory]
    [InlineData("signup-empty", Labels.Email, "email", "email")]
    [InlineData("signup-empty", Labels.Password, "new-password", "password")]
    [InlineData("signup-empty", Labels.YourNameOptional, "nickname", "text")]
    [InlineData("login-empty", Labels.EmailOrUsername, "username", "text")]
    [InlineData("login-empty", Labels.Password, "current-password", "password")]
    [InlineData("verify-empty", Labels.YourName, "nickname", "text")]
    [InlineData("verify-empty", Labels.Password, "current-password", "password")]
    [InlineData("mail-sent", Labels.Email, "email", "email")]
    [InlineData("forgotten-empty", Labels.EmailOrUsername, "username", "text")]
    [InlineData("passwd-empty", Labels.NewPassword, "new-password", "password")]
    [InlineData("users-refused", Labels.Name, "off", "text")]
    [InlineData("users-refused", Labels.AccountPassword, "current-password", "password")]
    [InlineData("settings-ask", Labels.Password, "current-password", "password")]
    [InlineData("settings-open", Labels.Username, "username", "text")]
    [InlineData("settings-open", Labels.NewEmail, "email", "email")]
    [InlineData("settings-open", Labels.NewPassword, "new-password", "password")]
    public async Task A_field_says_what_belongs_in_it(string state, string label, string token, string type)
    {
        var visitor = await VisitAsync(script: true);
        visitor.Watch.Expect(401);
        await GuestStates.All.Concat(CustomerStates.All).Single(each => each.Name == state).ArriveAsync(visitor, Site);

        await Expect(visitor.Field(label)).ToHaveAttributeAsync("autocomplete", token);
        await Expect(visitor.Field(label)).ToHaveAttributeAsync("type", type);
    }
}
