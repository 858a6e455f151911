using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>What somebody sees who is logged in, and the mailbox of Development. A new page is a line here.</summary>
internal static class CustomerStates
{
    /// <summary>As long as a name may be, without a place to break it.</summary>
    private static readonly string LongName = string.Concat(Enumerable.Repeat("Wolfeschlegel", 5))[..64];

    private const string IPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        + "Version/18.0 Mobile/15E148 Safari/604.1";

    public static readonly IReadOnlyList<State> All =
    [
        new("home-customer", (visitor, site) => GoAsync(visitor, site, "/")),
        new("home-long_name", async (visitor, site) => await GoAsync(visitor, await site.JoinAsync(LongName), "/")),
        new("home-nobody_chosen", async (visitor, site) => await GoAsync(visitor, await FamilyAsync(site), "/")),
        new("login-already", (visitor, site) => GoAsync(visitor, site, "/auth/login")),
        new("done-empty", (visitor, site) => GoAsync(visitor, site, "/auth/done")),
        new("users-one", (visitor, site) => GoAsync(visitor, site, "/auth/users")),
        new("users-several", async (visitor, site) => await GoAsync(visitor, await FamilyAsync(site), "/auth/users")),
        new("users-long_name", async (visitor, site) => await GoAsync(visitor, await site.JoinAsTwoAsync(LongName, "ع"), "/auth/users")),
        new("users-notice", (visitor, site) => GoAsync(visitor, site, "/auth/users?note=user_added")),
        new("users-refused", RefuseUserAsync),
        new("settings-ask", (visitor, site) => GoAsync(visitor, site, "/auth/settings")),
        new("settings-ask_refused", RefuseOpeningAsync),
        new("settings-open", async (visitor, site) => await OpenAsync(visitor, await site.JoinAsync())),
        new("settings-devices", OpenWithDevicesAsync),
        new("settings-notice", NoticeAsync),
        new("settings-refused", RefuseUsernameAsync),
        new("settings-leave", UnfoldLeavingAsync),
        new("devmail-list", ListMailsAsync),
        new("devmail-one", ShowMailAsync),
    ];

    private static async Task GoAsync(Visitor visitor, Site site, string path) =>
        await GoAsync(visitor, await site.JoinAsync("Ada"), path);

    private static async Task GoAsync(Visitor visitor, Person person, string path)
    {
        await visitor.TakeSessionAsync(person);
        await visitor.GoAsync(path);
    }

    /// <summary>Logged in anew: with several users none is chosen yet.</summary>
    private static async Task<Person> FamilyAsync(Site site) =>
        await (await site.JoinAsTwoAsync("Ada", "Grace Brewster Murray Hopper")).LogInAsync();

    private static async Task RefuseUserAsync(Visitor visitor, Site site)
    {
        await GoAsync(visitor, site, "/auth/users");
        await visitor.UnfoldAsync(Labels.AddAUser);
        await visitor.FillInAsync((Labels.Name, "Grace"), (Labels.AccountPassword, "not the password"));
        await visitor.PressAsync(Labels.AddUser);
        await visitor.IsRefusedAsync(Labels.AccountPassword);
    }

    private static async Task RefuseOpeningAsync(Visitor visitor, Site site)
    {
        await GoAsync(visitor, site, "/auth/settings");
        await visitor.FillAsync(Labels.Password, "not the password");
        await visitor.PressAsync(Labels.OpenSettings);
        await visitor.IsRefusedAsync(Labels.Password);
    }

    /// <summary>Logged in by the page: the browser is on the list of devices by its name.</summary>
    private static async Task OpenAsync(Visitor visitor, Person person)
    {
        await visitor.GoAsync("/auth/login");
        await visitor.LogInAsync(person);
        await visitor.IsOnAsync(Labels.LoggedIn);
        await visitor.OpenSettingsAsync(person);
    }

    private static async Task OpenWithDevicesAsync(Visitor visitor, Site site)
    {
        var ada = await site.JoinAsync("Ada");
        await ada.App.LogInAsync(ada.Email, ada.Password, ("User-Agent", IPhone));
        await OpenAsync(visitor, ada);
    }

    private static async Task NoticeAsync(Visitor visitor, Site site)
    {
        await OpenAsync(visitor, await site.JoinAsync("Ada"));
        await visitor.GoAsync("/auth/settings?note=saved");
    }

    private static async Task RefuseUsernameAsync(Visitor visitor, Site site)
    {
        await OpenAsync(visitor, await site.JoinAsync("Ada"));
        await visitor.UnfoldAsync(Labels.Username);
        await visitor.FillAsync(Labels.Username, "admin");
        await visitor.PressAsync(Labels.Save);
        await visitor.IsRefusedAsync(Labels.Username);
    }

    private static async Task UnfoldLeavingAsync(Visitor visitor, Site site)
    {
        await OpenAsync(visitor, await site.JoinAsync("Ada"));
        await visitor.UnfoldAsync(Labels.Leave);
    }

    private static async Task ListMailsAsync(Visitor visitor, Site site)
    {
        await site.App.SignUpAsync(App.NewEmail());
        await visitor.GoAsync("/dev/mail");
    }

    private static async Task ShowMailAsync(Visitor visitor, Site site)
    {
        await ListMailsAsync(visitor, site);
        await visitor.Page.GetByRole(Microsoft.Playwright.AriaRole.Listitem).GetByRole(Microsoft.Playwright.AriaRole.Link).First.ClickAsync();
        await visitor.Page.WaitForURLAsync("**/dev/mail/*");
    }
}
