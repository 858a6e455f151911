using System.Text.Json.Nodes;
using Gatehouse.Browser.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>
/// The page of the customer's own program (<c>jlinx ui</c>): does what it says, and is good for everybody in every state. One
/// browser is let in; each test is a tab of it.
/// </summary>
public sealed class ManagerPageTests(ManagerPage manager) : IClassFixture<ManagerPage>, IAsyncLifetime
{
    private const string See = "See who asks", Create = "Create an account there", Link = "Link";

    private Visitor ada = null!;

    public async Task InitializeAsync()
    {
        ada = await manager.Visitor.NewTabAsync();
        await ada.GoAsync(manager.Visitor.Page.Url);
        await ada.IsOnAsync("Accounts");
    }

    public async Task DisposeAsync()
    {
        await ada.Page.CloseAsync();
        Assert.Empty(ada.Watch.Complaints);
    }

    [Fact]
    public async Task An_account_is_made_used_and_destroyed()
    {
        await ada.FollowAsync("Add");
        await IsGoodAsync("add");
        await AddAsync("jlinx:nonsense");
        await ada.IsAlertedAsync();
        await IsGoodAsync("add-refused");
        await AddAsync(await manager.OfferAsync());
        await ada.IsOnAsync("Create an account?");
        await ada.SeesAsync("This app calls itself “Node app”");
        await IsGoodAsync("offer");
        await ada.PressAsync(Create);
        await ada.IsOnAsync("Node app");
        await ada.SeesAsync("Open, and connected");

        await ada.FollowAsync("Profile");
        await ada.FillAsync("Name", "Ada Lovelace");
        await ada.PressAsync("Save");
        await ada.SeesAsync("Saved.");
        await IsGoodAsync("profile");
        await OpenAccountAsync();
        await ada.PressAsync("Tell it my name");
        await ada.SeesAsync("calls you Ada Lovelace.");
        Assert.Equal("Ada Lovelace", (await manager.App.EventAsync("profile")).GetProperty("name").GetString());
        await IsGoodAsync("account");

        // The app has no such page: that its link is good is asked of it by another way.
        await ada.Page.Context.RouteAsync("**/auth/jlinx/open/*", way => way.FulfillAsync(new() { Body = "in" }));
        var opened = await ada.InWindowAsync(() => ada.PressAsync("Log in there"));
        await opened.Page.WaitForURLAsync("**/auth/jlinx/open/*");
        var redeemed = await manager.App.TellAsync("redeem", ("token", opened.Path.Split('/')[^1]));
        Assert.True(redeemed.GetProperty("redeemed").GetBoolean());
        await opened.Page.CloseAsync();
        await OpenAccountAsync();
        await ada.SeesAsync("You made a link to log in");

        await ada.UnfoldAsync("Destroy this account");
        await IsGoodAsync("account-destroy");
        await ada.PressAsync("Destroy it");
        await ada.SeesAsync("Open, and connected"); // not before one says that one is sure
        await ada.Page.GetByLabel("I am sure").CheckAsync();
        await ada.PressAsync("Destroy it");
        await ada.SeesAsync("is destroyed, and its keys are erased");
        await manager.App.EventAsync("destroyed");
        await IsGoodAsync("account-destroyed");
        await ada.FollowAsync("Accounts");
        await IsGoodAsync("accounts");
    }

    [Fact]
    public async Task Requests_show_up_by_themselves_and_are_answered()
    {
        await MakeAccountAsync();
        await ada.FollowAsync("Settings");
        var code = await manager.AskAsync();
        await ada.FollowAsync("Somebody wants to log in.");
        await ada.IsOnAsync("Requests");
        await ada.SeesAsync("Firefox on Linux");
        await Expect(ada.Page).ToHaveTitleAsync("(1) Requests · jlinx");
        await ada.TabToAsync(ada.Button(code)); // by keys alone
        await ada.KeyAsync("Enter");
        await ada.SeesAsync("Approved: the browser is logged in");
        await ada.SeesAsync("Nobody wants to log in.");
        await IsAnsweredAsync("approved");
        await IsGoodAsync("requests-approved");

        await manager.AskAsync(("place", "new"), ("browser", ""));
        await ada.SeesAsync("nobody has logged in from there before");
        await IsGoodAsync("requests");
        await ada.PressAsync("None of these: keep them out");
        await ada.SeesAsync("Rejected.");
        await IsAnsweredAsync("rejected");

        code = await manager.AskAsync();
        var codes = ada.Page.Locator(".code");
        await Expect(codes).ToHaveCountAsync(3);
        var wrong = (await codes.AllInnerTextsAsync()).First(shown => shown != code);
        await ada.PressAsync(wrong);
        await ada.IsAlertedAsync();
        await ada.SeesAsync("That isn't the code that the browser shows.");
        await IsAnsweredAsync("rejected");
        await IsGoodAsync("requests-wrong_code");

        await manager.AskAsync();
        await ada.PressAsync("It isn't me: let nobody ask for an hour");
        await ada.SeesAsync("Rejected.");
        await IsAnsweredAsync("rejected");
    }

    [Fact]
    public async Task Nothing_moves_under_the_fingers_of_who_is_about_to_answer()
    {
        await MakeAccountAsync();
        await MakeAccountAsync();
        var first = await LatestAsync();
        await ada.FollowAsync("Requests");
        var code = await manager.AskAsync();
        await ada.Button(code).HoverAsync();
        await manager.AskAsync(("account", first));
        await Expect(ada.Link("Something has changed here. Show it.")).ToBeVisibleAsync();
        await Expect(ada.Page.Locator(".card")).ToHaveCountAsync(1);
        await ada.Link("Profile").HoverAsync();
        await Expect(ada.Page.Locator(".card")).ToHaveCountAsync(2);
        await ada.PressAsync(code);
        await ada.SeesAsync("Approved: the browser is logged in");
        await ada.PressAsync("None of these: keep them out");
        await ada.SeesAsync("Nobody wants to log in.");
    }

    [Fact]
    public async Task What_else_there_is_is_good_for_everybody()
    {
        await ada.FollowAsync("Settings");
        await ada.SeesAsync(manager.Home);
        await IsGoodAsync("settings");
        await ada.FillAsync("File to make", "here");
        await ada.PressAsync("Make a backup");
        await ada.SeesAsync("Name the file with its whole path.");
        await IsGoodAsync("settings-refused");
        await ada.FillAsync("File to make", Path.Combine(manager.Home, "backup"));
        await ada.PressAsync("Make a backup");
        await ada.SeesAsync("The backup is made.");
        Assert.True(File.Exists(Path.Combine(manager.Home, "backup")));

        ada.Watch.Expect(401, 404);
        await ada.GoAsync(new Uri(new Uri(ada.Page.Url), "account?number=999").ToString());
        await ada.SeesAsync("There is no such account.");
        await IsGoodAsync("account-missing");
        await ada.GoAsync(manager.Address.ToString());
        await ada.SeesAsync("Run 'jlinx ui' for a new one.");
        await IsGoodAsync("not_let_in");
    }

    private async Task AddAsync(string link)
    {
        await ada.Page.GetByLabel(Link, new() { Exact = true }).FillAsync(link);
        await ada.PressAsync(See);
    }

    private async Task MakeAccountAsync()
    {
        await ada.FollowAsync("Add");
        await AddAsync(await manager.OfferAsync());
        await ada.PressAsync(Create);
        await ada.SeesAsync("Open, and connected");
    }

    private async Task OpenAccountAsync()
    {
        await ada.FollowAsync("Accounts");
        await ada.FollowAsync("Node app");
        await ada.IsOnAsync("Node app");
    }

    /// <summary>The account before the last one, as the app calls it.</summary>
    private async Task<JsonNode> LatestAsync()
    {
        var accounts = (await manager.App.TellAsync("accounts")).GetProperty("accounts");
        return accounts[accounts.GetArrayLength() - 2].GetProperty("account").GetString()!;
    }

    private async Task IsAnsweredAsync(string answer) =>
        Assert.Equal(answer, (await manager.App.EventAsync("answered")).GetProperty("answer").GetString());

    private Task IsGoodAsync(string state) => Judging.JudgeAsync(ada.Page, "manager-" + state);
}
