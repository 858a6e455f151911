using Gatehouse.Browser.Tests.Flows;
using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>What is to be seen where one may log in elsewhere too. A new page is a line here.</summary>
internal static class SocialStates
{
    public static readonly IReadOnlyList<State> All =
    [
        State.At("login-providers", "/auth/login"),
        State.At("signup-providers", "/auth/signup"),
        new("link-ask", async (visitor, site) => await MeetOwnerAsync(visitor, await site.JoinAsync("Ada"))),
        new("link-refused", RefusePasswordAsync),
        new("link-no_password", MeetOwnerWithoutPasswordAsync),
        State.At("link-expired", "/auth/link/google"),
        .. Failures.Select(code => State.At("failed-" + code, "/auth/failed?code=" + code)),
        new("settings-ways_none", async (visitor, site) => await OpenAsync(visitor, await site.JoinAsync("Ada"))),
        new("settings-ways", AddWayAsync),
        new("settings-ask_elsewhere", AskElsewhereAsync),
        new("settings-no_email", async (visitor, site) => await OpenWithoutPasswordAsync(visitor, "LINE")),
        new("settings-last_way", RefuseRemovalAsync),
    ];

    private static string[] Failures =>
    [
        "login_cancelled", "login_expired", "provider_failed", "identity_taken", "wrong_identity", "invite_required",
        "invite_invalid", "signup_closed",
    ];

    private static Task MeetOwnerAsync(Visitor visitor, Person owner) => MeetOwnerAsync(visitor, owner.Email);

    private static async Task MeetOwnerAsync(Visitor visitor, string email)
    {
        await visitor.GoAsync("/auth/login");
        await visitor.ContinueAsync("Google", StandIn.Meet("Ada", email));
        await visitor.IsOnAsync(Labels.IsThisYou);
    }

    private static async Task RefusePasswordAsync(Visitor visitor, Site site)
    {
        await MeetOwnerAsync(visitor, await site.JoinAsync("Ada"));
        await visitor.FillAsync(Labels.AccountPassword, "not the password");
        await visitor.PressAsync(Labels.LinkAndLogIn);
        await visitor.IsRefusedAsync(Labels.AccountPassword);
    }

    private static async Task MeetOwnerWithoutPasswordAsync(Visitor visitor, Site site)
    {
        var ada = await SocialSite.ComeAsync(visitor);
        await visitor.PressAsync(Labels.LogOut);
        await visitor.IsOnAsync(Labels.Welcome);
        await MeetOwnerAsync(visitor, ada.Email);
    }

    private static async Task OpenAsync(Visitor visitor, Person person)
    {
        await visitor.TakeSessionAsync(person);
        await visitor.OpenSettingsAsync(person);
    }

    private static async Task AddWayAsync(Visitor visitor, Site site)
    {
        await OpenAsync(visitor, await site.JoinAsync("Ada"));
        await visitor.PressAsync(Labels.Add + "Google");
        await visitor.AgreeAsync(StandIn.Meet("Ada", "a.rather.long.address.of.ada.lovelace@example.com"));
        await visitor.SeesAsync(Labels.WayAdded);
    }

    private static async Task AskElsewhereAsync(Visitor visitor, Site site)
    {
        await SocialSite.ComeAsync(visitor, "Facebook");
        await visitor.GoAsync("/auth/settings");
        await visitor.SeesAsync(Labels.AskElsewhere);
    }

    private static async Task OpenWithoutPasswordAsync(Visitor visitor, string title)
    {
        var ada = await SocialSite.ComeAsync(visitor, title);
        await visitor.GoAsync("/auth/settings");
        await SocialSettingsTests.OpenWithAsync(visitor, title, ada);
    }

    private static async Task RefuseRemovalAsync(Visitor visitor, Site site)
    {
        await OpenWithoutPasswordAsync(visitor, "Google");
        await SocialSettingsTests.RemoveAsync(visitor);
        await visitor.SeesAsync(Labels.LastWay);
    }
}
