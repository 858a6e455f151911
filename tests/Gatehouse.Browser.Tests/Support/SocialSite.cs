using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>A server whose customers may log in at Google, Facebook and LINE too.</summary>
public class SocialSite : Site
{
    private protected override Task<App> StartAsync() => App.StartReachableAsync(StoreKind.Sqlite, StandIn.Replace, [.. StandIn.Settings, .. Settings]);

    private protected virtual (string Key, string Value)[] Settings => [];

    /// <summary>A customer who came by a provider, and has no password: with an email by Google, without one by the others.</summary>
    internal static async Task<Stranger> ComeAsync(Visitor visitor, string title = "Google", string name = "Ada")
    {
        var stranger = StandIn.Meet(name);
        await visitor.GoAsync("/auth/login");
        await visitor.ContinueAsync(title, stranger);
        await visitor.IsOnAsync(Labels.LoggedIn);
        return stranger;
    }
}

public sealed class InviteOnlySite : SocialSite
{
    private protected override (string Key, string Value)[] Settings => [("SignUp:Mode", "InviteOnly")];
}
