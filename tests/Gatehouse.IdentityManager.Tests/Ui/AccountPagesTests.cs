using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Ui;

namespace Gatehouse.IdentityManager.Tests.Ui;

public sealed class AccountPagesTests
{
    [Theory]
    [InlineData(false, "connected", "Open, and connected</p>")]
    [InlineData(true, "connected", "what this vault lacks</p>")]
    [InlineData(true, "connecting", "Open, but not connected: connecting</p>")]
    public void An_account_that_waits_for_what_its_app_has_says_so(bool waits, string connection, string words)
    {
        var account = new AccountView(
            1, "https://app.example", "App", AccountState.Open, "id", "did", default, connection, null, waits);
        Assert.Contains(words, AccountPages.One(account, [], null), StringComparison.Ordinal);
        Assert.NotEqual(
            Followed.Of(account), Followed.Of(account with { WaitsForSync = !waits, Connection = "connected" }));
    }

    [Fact]
    public void An_alarm_that_can_be_dismissed_has_a_button_for_that_and_no_other_has()
    {
        var alarmed = new AccountView(
            1, "https://app.example", "App", AccountState.Open, "id", "did", default, "connected", "Look out!", false);
        Assert.DoesNotContain("action=\"dismiss\"", AccountPages.One(alarmed, [], null), StringComparison.Ordinal);
        Assert.Contains(
            "action=\"dismiss\"", AccountPages.One(alarmed with { CanDismiss = true }, [], null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(AccountState.Open), "Destroy this account")]
    [InlineData(nameof(AccountState.Destroying), "Don't wait for the app")]
    [InlineData(nameof(AccountState.Destroyed), null)]
    public void An_account_can_be_destroyed_again_where_its_app_does_not_answer(string state, string? words)
    {
        var page = AccountPages.One(
            new AccountView(1, "https://app.example", "App", Enum.Parse<AccountState>(state), "id", "did", default, "", null, false), [], null);
        Assert.Equal(words is not null, page.Contains("action=\"destroy\"", StringComparison.Ordinal));
        Assert.Contains(words ?? "Destroyed", page, StringComparison.Ordinal);
    }
}
