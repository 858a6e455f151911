using Gatehouse.Browser.Tests.Flows;
using Gatehouse.Browser.Tests.Support;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>What is to be seen where one may bring an identity of one's own. A new page is a line here.</summary>
internal static class JlinxStates
{
    public static readonly IReadOnlyList<State> All =
    [
        State.At("jlinx-start", "/auth/jlinx"),
        new("jlinx-lost", LoseKeysAsync),
        new("jlinx-refused", RefuseIdentifierAsync),
        State.At("jlinx-rejected", "/auth/jlinx?note=jlinx_rejected"),
        State.At("jlinx-expired", "/auth/jlinx?note=jlinx_expired"),
        new("jlinx-offer", (visitor, _) => JlinxSite.OfferedAsync(visitor)),
        new("jlinx-pasted", RefuseCodeAsync),
        new("jlinx-not_yet", WaitInVainAsync),
        new("jlinx-code", AskAsync),
        new("jlinx-open_link", (visitor, site) => ((JlinxSite)site).FollowFromElsewhereAsync(visitor, LoginLink)),
        new("jlinx-open_old", OpenOldAsync),
        new("users-first", (visitor, site) => ((JlinxSite)site).JoinAsync(visitor, name: null)),
        new("settings-approve", AskToOpenAsync),
        new("settings-own_way", OpenSettingsAsync),
        new("settings-add_own", AddAsync),
    ];

    private static async Task LoseKeysAsync(Visitor visitor, Site site)
    {
        await visitor.GoAsync("/auth/jlinx");
        await visitor.UnfoldAsync(Labels.KeysLost);
    }

    private static async Task RefuseIdentifierAsync(Visitor visitor, Site site)
    {
        await visitor.GoAsync("/auth/jlinx");
        await visitor.FillAsync(Labels.Identifier, new string('a', 301));
        await visitor.PressAsync(Labels.LogIn);
        await visitor.IsRefusedAsync(Labels.Identifier);
    }

    private static async Task RefuseCodeAsync(Visitor visitor, Site site)
    {
        await JlinxSite.OfferedAsync(visitor);
        await visitor.UnfoldAsync(Labels.ShowsCode);
        await visitor.FillAsync(Labels.Code, "no code");
        await visitor.PressAsync(Labels.UseCode);
        await visitor.IsRefusedAsync(Labels.Code);
    }

    private static async Task WaitInVainAsync(Visitor visitor, Site site)
    {
        await JlinxSite.OfferedAsync(visitor);
        await visitor.GoAsync("/auth/jlinx?note=jlinx_not_yet");
    }

    private static async Task AskAsync(Visitor visitor, Site site)
    {
        await visitor.GoAsync("/auth/jlinx");
        await visitor.FillAsync(Labels.Identifier, "ada");
        await visitor.PressAsync(Labels.LogIn);
        await JlinxSite.CodeAsync(visitor);
    }

    private static string LoginLink => "/auth/jlinx/open/" + new string('A', 43);

    private static async Task OpenOldAsync(Visitor visitor, Site site)
    {
        await visitor.GoAsync(LoginLink);
        await visitor.SeesAsync(Labels.OldLoginLink);
    }

    private static async Task AskToOpenAsync(Visitor visitor, Site site)
    {
        await ((JlinxSite)site).JoinAsync(visitor);
        await visitor.GoAsync("/auth/settings");
        await visitor.SeesAsync(Labels.AskElsewhere);
    }

    private static async Task OpenSettingsAsync(Visitor visitor, Site site) =>
        await JlinxSettingsTests.OpenAsync(visitor, await ((JlinxSite)site).JoinAsync(visitor));

    private static async Task AddAsync(Visitor visitor, Site site)
    {
        var ada = await site.JoinAsync("Ada");
        await visitor.TakeSessionAsync(ada);
        await visitor.OpenSettingsAsync(ada);
        await visitor.PressAsync(Labels.AddIdentity);
        await visitor.IsOnAsync(Labels.AddIdentity);
    }
}
